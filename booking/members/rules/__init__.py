"""What holds for members whatever is stored: pure functions and the words for what they decide."""
