"""Consent and visitor cookies: `consentManagement` of the unstable version, and the response headers.

Source: Hydrogen's Storefront API proxy and its React library; Shopify documents the cookies' names alone.
"""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.execution import Resolvers
from sandbox.storefront.execution import Visit
from sandbox.storefront.visitors import Consent

UNSTABLE = """
extend type QueryRoot { consentManagement: ConsentManagement! }
type ConsentManagement { cookies(visitorConsent: VisitorConsent!): ConsentManagementCookies! }
type ConsentManagementCookies {
  cookieDomain: String!
  landingPageCookie: String!
  origReferrerCookie: String!
  shopifyUnique: String
  shopifyVisit: String
  trackingConsentCookie: String!
}
"""
"""What the unstable version has beyond the contract."""


def _cookies(_: Any, info: GraphQLResolveInfo[Visit], visitorConsent: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: N803
    visit = info.context
    consent = Consent.of(visit.visitor, visitorConsent, required=visit.store.consent_required)
    visit.consent = consent
    return {
        "cookieDomain": visit.host,
        "landingPageCookie": "",
        "origReferrerCookie": "",
        "shopifyUnique": consent.unique,
        "shopifyVisit": consent.visit,
        "trackingConsentCookie": "",
    }


RESOLVERS: Resolvers = {
    "QueryRoot": {"consentManagement": lambda *_: {}},
    "ConsentManagement": {"cookies": _cookies},
}
