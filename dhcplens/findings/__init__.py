"""The rules: what is wrong with a pair, with evidence, meaning and advice."""
