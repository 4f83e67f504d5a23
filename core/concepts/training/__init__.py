"""Making the bundled audio tower: what clips say of themselves, a teacher, a pool, a training."""
