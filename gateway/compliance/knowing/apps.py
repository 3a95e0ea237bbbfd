from django.apps import AppConfig


class KnowingConfig(AppConfig):
    name = "gateway.compliance.knowing"
    label = "compliance_knowing"

    def ready(self) -> None:
        from gateway.compliance.knowing import counting, deciding, declaring, profiling, reviewing
        from gateway.compliance.scenarios import profiles
        from gateway.custody.approvals.kinds import register
        from gateway.events.subscriptions import subscribe, subscribe_together

        register(deciding.ACT)
        profiles.register(profiling.profile_told)
        subscribe_together(
            pattern=(*counting.COUNTS, *counting.COUNTS_NOT),
            handler=counting.on_invoices_taken,
            name="knowing.invoices_taken",
        )
        subscribe(
            pattern="subject.declared",
            handler=declaring.on_subject_declared,
            name="knowing.subject_declared",
        )
        subscribe(
            pattern="subject.ended",
            handler=declaring.on_subject_ended,
            name="knowing.subject_ended",
        )
        subscribe(
            pattern="subject.erased",
            handler=declaring.on_subject_erased,
            name="knowing.subject_erased",
        )
        subscribe(
            pattern="shop.changed",
            handler=reviewing.on_shop_changed,
            name="knowing.shop_changed",
        )
