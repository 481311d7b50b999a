"""How long answers may be kept. One without any of these is kept nowhere."""

from litestar.datastructures import CacheControlHeader

# The same for every client; short, because a click or a price changes what is recommended.
SHARED = CacheControlHeader(public=True, max_age=30)
