"""`python -m tierline.cli`, which is `tierline` where its script is not on the path."""

from tierline.cli import main

main()
