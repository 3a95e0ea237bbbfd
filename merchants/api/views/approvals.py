"""What needs two people in a shop: to read. People decide on the dashboard, programs never."""

from typing import ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from gateway.custody.approvals.presenters import act_as_dict
from gateway.custody.approvals.selectors import acts_page
from merchants.api import docs, payout_answers
from merchants.api.contract import ApiView, page_as_dict


class ApprovalsView(ApiView):
    scopes: ClassVar = {"GET": "payouts:read"}

    @extend_schema(
        operation_id="approvals_list",
        summary="List what needs two people, newest first",
        description="Open or over. People approve, reject and cancel on the dashboard.",
        parameters=[docs.CURSOR, docs.LIMIT],
        responses=docs.answers_with(payout_answers.ApprovalList),
    )
    def get(self, request: Request) -> HttpResponse:
        _query, cursor, size = self.page_query()
        page = acts_page(shop_id=self.shop.id, cursor=cursor, size=size)
        return self.read(page_as_dict(page, act_as_dict))
