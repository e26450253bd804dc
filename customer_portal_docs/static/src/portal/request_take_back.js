import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

import {DocumentWithdraw} from "./document_withdraw";

/** The button that takes back a file of a request asks once more. */
export class RequestTakeBack extends DocumentWithdraw {
    static selector = ".o_customer_portal_take_back";

    getQuestion() {
        return {
            label: _t("Take back"),
            body: _t(
                "This file can no longer be found in the portal. Our staff keep it, and see that you have taken it back."
            ),
        };
    }
}

registry
    .category("public.interactions")
    .add("customer_portal_docs.request_take_back", RequestTakeBack);
