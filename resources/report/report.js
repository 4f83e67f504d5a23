"use strict";
// All versions run at once, one of them audible: switching is a cross-fade at the running position.
(() => {
  const FADE = 0.005; // s
  const panel = document.getElementById("switcher");
  if (!window.AudioContext) return; // the players beside the pictures remain
  const players = [...document.querySelectorAll(".versions audio")];
  const choices = [...panel.querySelectorAll("input[name=version]")];
  const play = document.getElementById("play");
  const loop = document.getElementById("loop");
  const place = document.getElementById("place");
  const clock = document.getElementById("clock");
  const heads = [...document.querySelectorAll(".playhead")];
  let context = null;
  let buffers = [];
  let sources = [];
  let gains = [];
  let startedAt = 0; // of the context's clock
  let offset = 0; // s into the sound where it was started

  const chosen = () => choices.findIndex((choice) => choice.checked);
  const running = () => sources.length > 0;
  const duration = () => (buffers.length ? buffers[0].duration : players[0].duration || 1);

  function position() {
    if (!running()) return offset;
    const passed = offset + Math.max(0, context.currentTime - startedAt);
    return loop.checked ? passed % duration() : Math.min(passed, duration());
  }

  function decoded(player) {
    const bytes = atob(player.src.slice(player.src.indexOf(",") + 1));
    return context.decodeAudioData(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)).buffer);
  }

  async function start() {
    if (!context) {
      context = new AudioContext();
      buffers = await Promise.all(players.map(decoded));
    }
    await context.resume();
    players.forEach((player) => player.pause());
    halt();
    startedAt = context.currentTime + 0.02;
    gains = buffers.map((_, number) => {
      const gain = context.createGain();
      gain.gain.value = number === chosen() ? 1 : 0;
      gain.connect(context.destination);
      return gain;
    });
    sources = buffers.map((buffer, number) => {
      const source = context.createBufferSource();
      source.buffer = buffer;
      source.loop = loop.checked;
      source.connect(gains[number]);
      source.start(startedAt, offset);
      return source;
    });
    sources[0].onended = () => stop(0);
    document.body.classList.add("playing");
    play.textContent = "Stop";
    follow();
  }

  function halt() {
    sources.forEach((source) => {
      source.onended = null;
      source.stop();
    });
    sources = [];
  }

  function stop(at) {
    halt();
    offset = at;
    play.textContent = "Play";
    show();
  }

  function show() {
    const share = position() / duration();
    place.value = share;
    clock.textContent = `${position().toFixed(2)} s`;
    heads.forEach((head) => {
      const x = Number(head.dataset.left) + share * (head.dataset.right - head.dataset.left);
      head.setAttribute("x1", x);
      head.setAttribute("x2", x);
    });
  }

  function follow() {
    if (!running()) return;
    show();
    requestAnimationFrame(follow);
  }

  function fade() {
    if (!running()) return;
    const now = context.currentTime;
    gains.forEach((gain, number) => {
      gain.gain.cancelScheduledValues(now);
      gain.gain.setValueAtTime(gain.gain.value, now);
      gain.gain.linearRampToValueAtTime(number === chosen() ? 1 : 0, now + FADE);
    });
  }

  function toggle() {
    if (running()) stop(position());
    else start();
  }

  play.addEventListener("click", toggle);
  choices.forEach((choice) => choice.addEventListener("change", fade));
  loop.addEventListener("change", () => {
    if (!running()) return;
    offset = position();
    start();
  });
  place.addEventListener("input", () => {
    offset = place.value * duration();
    if (running()) start();
    else show();
  });
  players.forEach((player) =>
    player.addEventListener("play", () => {
      if (running()) stop(position());
      players.filter((other) => other !== player).forEach((other) => other.pause());
    }),
  );
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const choice = choices[Number(event.key) - 1];
    if (choice) {
      choice.checked = true;
      fade();
    } else if (event.key === " " && !event.target.closest("button, input[type=checkbox], audio, summary")) {
      event.preventDefault();
      toggle();
    }
  });
  panel.addEventListener("submit", (event) => event.preventDefault());
  panel.hidden = false;
})();
