"""The words and rules of Runbell: pure, standard library only, no input or output."""
