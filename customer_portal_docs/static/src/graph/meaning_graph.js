import {registry} from "@web/core/registry";
import {GraphRenderer} from "@web/views/graph/graph_renderer";
import {graphView} from "@web/views/graph/graph_view";

/** What is bad is red and what is done is green, whichever of them comes first in a graph. */
const COLORS = {
    "customer.portal.request": {
        state: {
            draft: "#a0a4a8",
            open: "#e9a13b",
            done: "#2e9e6b",
            cancelled: "#6c757d",
        },
    },
    "customer.portal.share.access": {
        action: {
            view: "#4a86c5",
            download: "#2e9e6b",
            upload: "#8f5db7",
            refused: "#d9463e",
        },
    },
};

/** A graph whose last groups have the colors of what they mean. */
export class MeaningGraphRenderer extends GraphRenderer {
    /** Return the color of a group by its label, or nothing where it has no meaning of its own. */
    getMeaning(label) {
        const {fields, groupBy, resModel} = this.model.metaData;
        const name = groupBy[groupBy.length - 1]?.fieldName;
        const colors = COLORS[resModel]?.[name];
        const text = String(label ?? "")
            .split(" / ")
            .pop();
        const found =
            colors && fields[name].selection.find(([, known]) => known === text);
        return found && colors[found[0]];
    }

    getBarChartData() {
        const data = super.getBarChartData();
        for (const dataset of this.model.data.datasets) {
            dataset.backgroundColor =
                this.getMeaning(dataset.label) || dataset.backgroundColor;
        }
        return data;
    }

    getLineChartData() {
        const data = super.getLineChartData();
        for (const dataset of this.model.data.datasets) {
            const color = this.getMeaning(dataset.label);
            if (color) {
                dataset.backgroundColor = `${color}80`;
                dataset.borderColor = color;
                dataset.hoverBackgroundColor = color;
                dataset.pointBackgroundColor = color;
            }
        }
        return data;
    }

    getPieChartData() {
        const data = super.getPieChartData();
        for (const dataset of data.datasets) {
            const colors = dataset.backgroundColor.map(
                (color, index) => this.getMeaning(data.labels[index]) || color
            );
            Object.assign(dataset, {
                backgroundColor: colors,
                hoverBackgroundColor: colors,
            });
        }
        return data;
    }

    getLegendOptions() {
        const options = super.getLegendOptions();
        const generateLabels = options.labels?.generateLabels;
        if (generateLabels) {
            options.labels.generateLabels = (chart) =>
                generateLabels(chart).map((item) => ({
                    ...item,
                    fillStyle: this.getMeaning(item.fullText) || item.fillStyle,
                }));
        }
        return options;
    }
}

registry.category("views").add("customer_portal_meaning_graph", {
    ...graphView,
    Renderer: MeaningGraphRenderer,
});
