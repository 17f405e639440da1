"""How texts are edited to make neighbours, a file for each family of mistakes."""
