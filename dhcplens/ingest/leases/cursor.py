"""A place in the tokens, with dhcpd's ways of going on after an error, and gentler ones.

An *exact* cursor moves as dhcpd does (skip_to_semi and parse_semi of common/parse.c), even where that makes
it swallow whole blocks. A *gentle* one keeps to the block that it is in, and shows what the text says.
"""

from dhcplens.ingest.leases.lexer import Kind, Tokens


class DroppedError(Exception):
    """dhcpd gives up the block; the cursor stands where dhcpd goes on reading."""


class Cursor:
    """Reads on from one token; ``remarks`` collects (token index, message)."""

    def __init__(self, tokens: Tokens, at: int, exact: bool) -> None:
        self.tokens = tokens
        self._last = tokens.last
        self.at = at
        self.exact = exact
        self.saw_end = False
        self.remarks: list[tuple[int, str]] = []

    def remark(self, message: str, at: int | None = None) -> None:
        """Something to tell of the token at ``at``, or else of the present one."""
        self.remarks.append((self.at if at is None else at, message))

    def kind(self) -> Kind:
        """Kind of the present token, which stays."""
        at = self.at
        if at >= self._last:
            self.saw_end = True
        return self.tokens.kinds[at]

    def value(self) -> bytes:
        """Value of the present token, which stays."""
        return self.tokens.values[self.at]

    def word(self) -> bytes:
        """The present token as a keyword in lower case or as a sign; empty for everything else."""
        kind = self.kind()
        if kind is Kind.CHAR:
            return self.tokens.values[self.at]
        return self.tokens.values[self.at].lower() if kind is Kind.KEYWORD else b""

    def step(self) -> None:
        """Go past the present token; the closing END is never passed."""
        if self.at < self._last:
            self.at += 1
        else:
            self.saw_end = True

    def take(self, word: bytes) -> bool:
        """Go past the present token if it is this keyword or sign."""
        if self.word() != word:
            return False
        self.step()
        return True

    def at_end(self) -> bool:
        """Whether the present token reads as the end of the file."""
        return self.kind() in (Kind.END, Kind.HALT)

    def starts_lease(self) -> bool:
        """Whether ``lease N.`` stands here, which nothing inside a block looks like."""
        at, tokens = self.at, self.tokens
        return (
            at + 2 < tokens.last
            and tokens.kinds[at] is Kind.KEYWORD
            and tokens.values[at].lower() == b"lease"
            and tokens.kinds[at + 1] is Kind.NUMBER
            and tokens.values[at + 2] == b"."
        )

    def skip(self, depth: int = 0) -> None:
        """Go past the rest of a statement, or of ``depth`` open blocks."""
        if self.exact:
            self._skip_as_dhcpd(depth)
        else:
            self._skip_in_block(depth)

    def semicolon(self) -> bool:
        """Go past the ``;`` that has to stand here; False where none does."""
        if self.take(b";"):
            return True
        if self.exact:
            self.remark("a semicolon is missing")
            self.step()
            self.skip()
        return False

    def _skip_as_dhcpd(self, depth: int) -> None:
        while True:
            word = self.word()
            if word == b"}":
                depth = max(depth - 1, 0)
                if depth == 0:
                    self.step()
                    return
            elif word == b"{":
                depth += 1
            elif word == b";" and depth == 0:
                self.step()
                return
            ended = self.at_end()
            self.step()
            if ended:
                return

    def _skip_in_block(self, depth: int) -> None:
        while self.at < self.tokens.last and not self.starts_lease():
            word = self.word()
            if word == b"{":
                depth += 1
            elif word == b"}":
                if depth == 0:
                    return
                depth -= 1
                if depth == 0:
                    self.step()
                    return
            elif word == b";" and depth == 0:
                self.step()
                return
            self.step()
        self.saw_end = self.saw_end or self.at + 3 >= self.tokens.last
