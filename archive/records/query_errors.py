"""Why a search could not be understood, in words that tell the clerk what to change."""


class QueryError(ValueError):
    """A search that cannot be run as typed. Trying the same words again will not help.

    `code` is stable and names the case for translations and tests; `sentence` is for the person who typed it.
    """

    code = "query"
    retry_helps = False

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class EmptyQuery(QueryError):
    """Nothing in it can be searched for."""

    code = "empty"


class QueryTooLong(QueryError):
    """More characters, words or nested parentheses than a search may have."""

    code = "too-long"


class UnclosedPhrase(QueryError):
    """A quotation mark without its partner."""

    code = "unclosed-phrase"


class UnbalancedParenthesis(QueryError):
    """A parenthesis without its partner."""

    code = "parenthesis"


class MisplacedStar(QueryError):
    """A star anywhere but at the end of a word, or after too short a beginning."""

    code = "star"


class DanglingOperator(QueryError):
    """An OR, AND or NOT without words to work on."""

    code = "operator"
