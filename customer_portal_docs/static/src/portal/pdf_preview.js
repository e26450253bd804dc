import {hidePDFJSButtons} from "@web/core/utils/pdfjs";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

/** Document page: the PDF viewer shows, it does not edit. */
export class PdfPreview extends Interaction {
    static selector = "iframe.o_customer_portal_pdf";

    start() {
        hidePDFJSButtons(this.el);
        if (this.el.contentDocument?.readyState === "complete") {
            // what waits for the viewer to load has missed it
            this.el.dispatchEvent(new Event("load"));
        }
    }
}

registry
    .category("public.interactions")
    .add("customer_portal_docs.pdf_preview", PdfPreview);
