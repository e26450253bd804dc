import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {humanSize} from "@web/core/utils/binary";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** A number of bytes, as people read it. */
export class FileSizeField extends Component {
    static template = "customer_portal_docs.FileSizeField";
    static props = {...standardFieldProps};

    get size() {
        const bytes = this.props.record.data[this.props.name];
        return bytes ? humanSize(bytes) : "";
    }
}

registry.category("fields").add("customer_portal_file_size", {
    component: FileSizeField,
    supportedTypes: ["integer"],
});
