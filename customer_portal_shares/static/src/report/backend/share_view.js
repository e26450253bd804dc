import {Component} from "@odoo/owl";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {STATIC_ACTIONS_GROUP_NUMBER} from "@web/search/action_menus/action_menus";
import {registry} from "@web/core/registry";
import {user} from "@web/core/user";

/** Makes a report for customers of what a list, pivot or graph shows. */
export class ShareView extends Component {
    static template = "customer_portal_shares.ShareView";
    static components = {DropdownItem};
    static props = {};

    setup() {
        // not useService: the menu closes, and calls of a component that is gone never answer
        const {orm, action, notification} = this.env.services;
        Object.assign(this, {orm, action, notification});
    }

    async onSelected() {
        const {action, left} = await this.orm.call(
            "customer.portal.report",
            "open_from_view",
            [this.getValues()]
        );
        await this.action.doAction(action);
        for (const words of left) {
            this.notification.add(words, {type: "warning", sticky: true});
        }
    }

    getValues() {
        const {searchModel, config} = this.env;
        // what core keeps in a favorite: pivots and graphs tell their state in no other way
        const callbacks = this.env.__getContext__?.callbacks || [];
        const state = Object.assign({}, ...callbacks.map((tell) => tell()));
        const groups = searchModel.groupBy.length
            ? searchModel.groupBy
            : state.pivot_row_groupby || state.graph_groupbys || [];
        const measures =
            state.pivot_measures || (state.graph_measure ? [state.graph_measure] : []);
        return {
            model: searchModel.resModel,
            name: config.getDisplayName(),
            domain: searchModel.domainString,
            fixed_domain: searchModel.domain,
            groups: groups.map((group) => group.spec || group),
            columns: config.viewType === "list" ? this.getColumns() : [],
            measures: measures.filter((measure) => measure !== "__count"),
        };
    }

    /** What the list shows now: the columns that people switched on and off, in their order. */
    getColumns() {
        const arch = getTotals(this.env.config.viewArch);
        const heads = document.querySelectorAll(
            ".o_action_manager .o_list_table thead th[data-name]"
        );
        return [...heads].map((head) => ({
            name: head.dataset.name,
            label: head.textContent.trim(),
            total: arch[head.dataset.name] || "none",
        }));
    }
}

/** Returns which fields of a list are totalled, and how. */
function getTotals(viewArch) {
    const totals = {};
    for (const node of viewArch?.querySelectorAll?.("field") || []) {
        if (node.hasAttribute("sum")) {
            totals[node.getAttribute("name")] = "sum";
        } else if (node.hasAttribute("avg")) {
            totals[node.getAttribute("name")] = "avg";
        }
    }
    return totals;
}

export const shareViewItem = {
    Component: ShareView,
    groupNumber: STATIC_ACTIONS_GROUP_NUMBER,
    isDisplayed: async (env) =>
        ["list", "pivot", "graph"].includes(env.config.viewType) &&
        env.config.actionType === "ir.actions.act_window" &&
        !env.model?.root?.selection?.length &&
        (await user.hasGroup("customer_portal_docs.group_document_user")),
};

registry
    .category("cogMenu")
    .add("customer_portal_shares.share_view", shareViewItem, {sequence: 30});
