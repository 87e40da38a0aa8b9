"""Keeps the line-up on screen in step with the router's health, routes and whoever writes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from understudy.errors import UsageError
from understudy.requests import ChatRequest
from understudy_gui.controllers import standing
from understudy_gui.controllers.wording import route_name

if TYPE_CHECKING:
    from understudy.assembly import Workspace
    from understudy.routing.route import Route
    from understudy_gui.controllers.conversation import ConversationController
    from understudy_gui.models.lineup import LineUpModel

LONGEST_SLEEP = 24 * 3600.0
"""Seconds: a timer cannot be set for years, and a day's rest is looked at again after a day."""


class LineUpController(QObject):
    """Shows the route of the conversation on screen.

    Signal: ``changed`` after a look at the router, whether or not the picture changed.
    """

    changed = Signal()

    def __init__(
        self,
        workspace: Workspace,
        conversation: ConversationController,
        model: LineUpModel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._conversation = conversation
        self._model = model
        self._began: dict[str, float] = {}
        self._rest_ends = QTimer(self, singleShot=True)
        self._rest_ends.timeout.connect(self.refresh)
        workspace.changed.append(self.refresh)
        workspace.router.on_health_change.append(self.refresh)
        conversation.provider_changed.connect(self.refresh)
        conversation.shown.connect(self.refresh)

    def route(self) -> Route:
        """Return the route of the conversation on screen; the default one where its own is gone."""
        try:
            return self._workspace.router.route(self._conversation.route)
        except UsageError:
            return self._workspace.router.route()

    def refresh(self) -> None:
        """Look at the router again."""
        router, route = self._workspace.router, self.route()
        statuses = router.statuses()
        now = time.time()
        resting = {each.provider for each in statuses if each.state == "cooling"}
        plan = router.plan(ChatRequest((), route.name))
        resting |= {skip.provider for skip in plan.skipped if skip.reason == "cooling"}
        self._began = {provider: self._began.get(provider, now) for provider in resting}
        writing = self._conversation.provider
        places = standing.places(route, plan, statuses, writing, self._began)
        self._model.show(route_name(route.name), places)
        self._wake_when_a_rest_ends([place.until for place in places if place.until], now)
        self.changed.emit()

    def close(self) -> None:
        """Look no more: the window may be gone before the last rest ends."""
        self._rest_ends.stop()

    def _wake_when_a_rest_ends(self, ends: list[float], now: float) -> None:
        """Look again when a rest ends: one that ends by the clock is not announced."""
        if not ends:
            self._rest_ends.stop()
            return
        wait = min(max(min(ends) - now, 0.0) + 0.05, LONGEST_SLEEP)
        self._rest_ends.start(round(wait * 1000))
