"""What a caller is told who is not served: a status and one word, and nothing about why."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

__all__ = ["Refusal", "answer", "refused"]


class Refusal(Exception):
    """Ends a request. ``because`` is for the log; the caller learns the word alone."""

    def __init__(self, status: int, word: str, because: str) -> None:
        """``because`` holds neither secrets nor what the caller sent."""
        super().__init__(because)
        self.status = status
        self.word = word


def answer(body: object, status: int = 200) -> Response:
    """Answer with JSON that no cache keeps."""
    return JSONResponse(body, status, headers={"Cache-Control": "no-store"})


def refused(_request: Request, error: Exception) -> Response:
    """Answer a refusal in the one shape that errors have."""
    assert isinstance(error, Refusal)  # noqa: S101 # registered for nothing else
    return answer({"error": error.word}, error.status)
