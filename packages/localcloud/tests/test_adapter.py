"""The seams to ministack."""

from types import SimpleNamespace

import pytest

from localcloud.ministack.seam import SeamError, require


def test_names_that_have_gone_are_told_at_once() -> None:
    module = SimpleNamespace(__name__="ministack.services.sns", _kept=1)
    require(module, "_kept")
    with pytest.raises(SeamError, match="sns has moved _gone, _lost"):
        require(module, "_kept", "_gone", "_lost")
