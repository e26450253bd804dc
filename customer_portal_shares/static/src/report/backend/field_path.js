import {
    FieldSelectorField,
    fieldSelectorField,
} from "@web/views/fields/field_selector/field_selector_field";
import {registry} from "@web/core/registry";

/** A path of fields, read by their labels as well as chosen by them; its names are the tooltip. */
export class FieldPath extends FieldSelectorField {
    static template = "customer_portal_shares.FieldPath";
}

registry
    .category("fields")
    .add("customer_portal_field_path", {...fieldSelectorField, component: FieldPath});
