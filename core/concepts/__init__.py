"""Concepts: what an embedding heard, as a sparse mixture of words.

A sound is embedded in a space it shares with text, and its embedding z is written as a non-negative
combination C w of the vectors of a vocabulary's words (arXiv 2504.14076; SpLiCE, Bhalla et al.
2024). The weights say how much of each word there is; the cosine of C w and z says how much of the
sound the words tell at all.
"""
