import {Component, onWillStart, status, useState} from "@odoo/owl";
import {user} from "@web/core/user";
import {useService} from "@web/core/utils/hooks";

/** What is still to do in a new installation; it is looked up once, and not for all. */
export class PortalSetup extends Component {
    static template = "customer_portal_docs.PortalSetup";
    static props = {};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({steps: []});
        onWillStart(() => {
            // the documents do not wait for it
            this.load();
        });
    }

    async load() {
        const isForMe = await this.isForMe();
        // once the page was left, calling is an error
        if (isForMe && status(this) !== "destroyed") {
            this.state.steps = await this.orm.silent.call(
                "customer.portal.setup",
                "get_checklist",
                []
            );
        }
    }

    async isForMe() {
        const groups = [
            "base.group_system",
            "customer_portal_docs.group_document_manager",
            "customer_portal_shares.group_portal_manager",
        ];
        const has = await Promise.all(groups.map((group) => user.hasGroup(group)));
        return has.includes(true);
    }

    get doneCount() {
        return this.state.steps.filter((step) => step.is_done).length;
    }

    open(step) {
        return this.action.doAction(step.action);
    }

    async dismiss() {
        this.state.steps = [];
        await this.orm.call("customer.portal.setup", "dismiss", []);
    }
}
