"""The sentence encoder of the accurate profile: read a pretrained one, fine-tune it on the corpus, export it."""
