"""The table of mistakes: rules as students write them, each with words of the sentence that answers it."""

MISTAKES = []


def told(*words, only=("numpy", "plain")):
    """Note a class, the words that its error must have, and the readings in which it is an error."""

    def note(cls):
        MISTAKES.append((cls, words, only))
        return cls

    return note
