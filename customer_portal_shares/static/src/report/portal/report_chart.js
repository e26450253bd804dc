import {Interaction} from "@web/public/interaction";
import {loadBundle} from "@web/core/assets";
import {pyToJsLocale} from "@web/core/l10n/utils";
import {registry} from "@web/core/registry";

// Okabe and Ito: told apart by people who see colors differently, on paper as well
const COLORS = [
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#d55e00",
    "#f0e442",
];

/** Draws the chart of a report; its numbers are in the table beside it as well. */
export class ReportChart extends Interaction {
    static selector = ".o_customer_portal_report_canvas canvas";

    async willStart() {
        try {
            await loadBundle("web.chartjs_lib");
        } catch {
            this.showNumbers();
        }
    }

    start() {
        if (!window.Chart) {
            return;
        }
        const data = JSON.parse(this.el.dataset.chart);
        const chart = new window.Chart(this.el, this.getConfig(data));
        this.registerCleanup(() => chart.destroy());
    }

    /** Where nothing can be drawn, the numbers of the chart are told to everybody. */
    showNumbers() {
        const figure = this.el.closest("figure");
        figure.querySelector("figcaption").classList.remove("visually-hidden");
        this.el.parentElement.hidden = true;
    }

    getConfig({type, labels, datasets}) {
        const isPie = type === "pie";
        const color = (index) => COLORS[index % COLORS.length];
        return {
            type,
            data: {
                labels,
                datasets: datasets.map((dataset, index) => ({
                    ...dataset,
                    backgroundColor: isPie
                        ? labels.map((_label, i) => color(i))
                        : color(index),
                    borderColor: isPie ? "#ffffff" : color(index),
                    maxBarThickness: 48,
                })),
            },
            options: {
                animation: false,
                responsive: true,
                maintainAspectRatio: false,
                // pages name some languages as Odoo does: sr@latin
                locale: pyToJsLocale(document.documentElement.lang),
                plugins: {
                    legend: {display: isPie || datasets.length > 1},
                    title: {display: datasets.length === 1, text: datasets[0].label},
                },
                scales: isPie ? {} : {y: {beginAtZero: true}},
            },
        };
    }
}

registry
    .category("public.interactions")
    .add("customer_portal_shares.report_chart", ReportChart);
