"""`python -m tierline.cli`, which is `tierline` where its script is not on the path."""

from tierline.cli import main

if __name__ == "__main__":  # the supervisor's fresh children import it, too
    main()
