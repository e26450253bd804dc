import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

import {formatFileSize} from "../core/file_size";

/** A number of bytes, as people read it. */
export class FileSizeField extends Component {
    static template = "customer_portal_docs.FileSizeField";
    static props = {...standardFieldProps};

    get size() {
        const bytes = this.props.record.data[this.props.name];
        return bytes ? formatFileSize(bytes) : "";
    }
}

registry.category("fields").add("customer_portal_file_size", {
    component: FileSizeField,
    supportedTypes: ["integer"],
});
