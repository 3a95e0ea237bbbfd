from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "gateway.compliance"
    label = "compliance"

    def ready(self) -> None:
        from gateway.compliance import deciding, giving_up, handlers, ordering, traced
        from gateway.compliance.tracing import listings
        from gateway.custody.approvals.kinds import register
        from gateway.events.subscriptions import subscribe

        for act in (*deciding.ACTS, giving_up.ACT, ordering.ACT):
            register(act)
        subscribe(
            pattern="deposit.seen",
            handler=handlers.on_deposit_seen,
            name="compliance.deposit_seen",
        )
        subscribe(
            pattern=("list.updated", "list.screening"),
            handler=handlers.on_list_updated,
            name="compliance.list_updated",
        )
        subscribe(
            pattern="verdict.due",
            handler=handlers.on_verdict_due,
            name="compliance.verdict_due",
        )
        listings.register(traced.listed_labels)
        subscribe(
            pattern="trace.hold_asked",
            handler=traced.on_hold_asked,
            name="compliance.hold_asked",
        )
