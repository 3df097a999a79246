"""What the components of each recognizer cost for one video."""
