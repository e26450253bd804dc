import {Component, useState} from "@odoo/owl";
import {CopyButton} from "@web/core/copy_button/copy_button";
import {lastPassword} from "./share_password_field";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

/** The password that was chosen in this dialog, for as long as the dialog is open. */
export class SharePasswordReminder extends Component {
    static template = "customer_portal_shares.SharePasswordReminder";
    static components = {CopyButton};
    static props = {...standardWidgetProps};

    setup() {
        this.ui = useState({...lastPassword});
    }
}

registry.category("view_widgets").add("customer_portal_share_password_reminder", {
    component: SharePasswordReminder,
});
