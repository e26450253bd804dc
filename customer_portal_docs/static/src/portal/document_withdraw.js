import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

/** The button that withdraws documents asks once more. */
export class DocumentWithdraw extends Interaction {
    static selector = ".o_customer_portal_withdraw";
    dynamicContent = {_root: {"t-on-click": this.onClick}};

    onClick(ev) {
        if (this.isConfirmed) {
            return;
        }
        ev.preventDefault();
        const {label, body} = this.getQuestion();
        this.services.dialog.add(ConfirmationDialog, {
            title: label,
            body,
            confirmLabel: label,
            confirm: () => {
                this.isConfirmed = true;
                this.el.form.requestSubmit(this.el);
            },
            cancelLabel: _t("Cancel"),
            cancel: () => {},
        });
    }

    getQuestion() {
        return {
            label: _t("Withdraw"),
            body: _t(
                "A withdrawn document can no longer be found in the portal. Our staff keep it, and see that you have withdrawn it."
            ),
        };
    }
}

registry
    .category("public.interactions")
    .add("customer_portal_docs.document_withdraw", DocumentWithdraw);
