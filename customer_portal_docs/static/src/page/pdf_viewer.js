/**
 * Pages that show a PDF file in Odoo's viewer: it shows, and neither draws, writes nor opens other
 * files. A script of its own: pages of shares have no bundle of scripts.
 */

const HIDDEN = [
    "#editorModeButtons",
    "#editorModeSeparator",
    "#openFile",
    "#secondaryOpenFile",
    "#viewBookmark",
    "#viewBookmarkSeparator",
    "#secondaryViewBookmark",
    "#imageAltTextSettings",
    "#imageAltTextSettingsSeparator",
];
// a phone neither prints nor saves out of a frame
const HIDDEN_BY_TOUCH = [
    "#printButton",
    "#downloadButton",
    "#secondaryPrint",
    "#secondaryDownload",
];
const STYLE = `
    ${HIDDEN} { display: none !important; }
    @media (hover: none) and (pointer: coarse) {
        ${HIDDEN_BY_TOUCH} { display: none !important; }
    }
`;

function hideTools(frame) {
    const page = frame.contentDocument;
    if (page?.head && !page.getElementById("o_customer_portal_tools")) {
        const style = page.createElement("style");
        style.id = "o_customer_portal_tools";
        style.textContent = STYLE;
        page.head.append(style);
    }
}

for (const frame of document.querySelectorAll("iframe.o_customer_portal_pdf")) {
    frame.addEventListener("load", () => hideTools(frame));
    hideTools(frame);
}
