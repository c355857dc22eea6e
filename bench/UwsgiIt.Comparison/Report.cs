using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using UwsgiIt.Comparison.Scenarios;
using UwsgiIt.Comparison.Subjects;

namespace UwsgiIt.Comparison;

/// <summary>Rows to <c>results.json</c>, <c>results.md</c> and a chart for each scenario.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public static void Write(string folder, IReadOnlyList<Row> rows, string command, IReadOnlyList<Subject> subjects)
    {
        Directory.CreateDirectory(folder);
        var machine = Machine.Describe();
        var versions = subjects.Select(static subject => subject.Version).OfType<string>().ToArray();
        File.WriteAllText(Path.Combine(folder, "results.json"), JsonSerializer.Serialize(new { command, machine, versions, rows }, Json) + "\n");
        File.WriteAllText(Path.Combine(folder, "results.md"), Markdown(rows, command, machine, versions));
        foreach (var scenario in ScenariosOf(rows))
        {
            File.WriteAllText(Path.Combine(folder, scenario.Name + ".svg"), Chart.Bars(scenario, [.. FiguresOf(scenario, rows)]));
        }
    }

    /// <summary>A target, and whether it was reached, in a line.</summary>
    public static string Verdict(Row row) => string.Create(CultureInfo.InvariantCulture,
        $"{(row.Pass == true ? "reached" : "missed ")} {row.Scenario}: {row.Metric} {Text(row.Value)} {row.Unit}{(row.Peer is null ? "" : $", {row.Ratio:F2} of {row.Peer}'s")}, target {Text(row.Target!.Value)}");

    private static IEnumerable<Scenario> ScenariosOf(IReadOnlyList<Row> rows) => Catalogue.All.Where(scenario => rows.Any(row => row.Scenario == scenario.Name));

    private static IEnumerable<Row> FiguresOf(Scenario scenario, IReadOnlyList<Row> rows) => rows.Where(row => row.Scenario == scenario.Name && row.Peer is null);

    private static string Markdown(IReadOnlyList<Row> rows, string command, Machine machine, IReadOnlyList<string> versions)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"# Results\n\n`{command}`, {machine}.\n\n{string.Join("; ", versions)}.\n\nMedians of the rounds. \"Ours ÷ it\" is of the first column.\n");
        foreach (var scenario in ScenariosOf(rows))
        {
            AppendScenario(text, scenario, [.. FiguresOf(scenario, rows)], [.. rows.Where(row => row.Scenario == scenario.Name)]);
        }

        return text.ToString();
    }

    private static void AppendScenario(StringBuilder text, Scenario scenario, Row[] figures, Row[] all)
    {
        var metrics = figures.Select(static row => (row.Metric, row.Unit)).Distinct().ToArray();
        text.Append(CultureInfo.InvariantCulture, $"\n## {scenario.Name}: {scenario.Title}\n\n| | {string.Join(" | ", metrics.Select(static metric => metric.Unit.Length > 0 ? $"{metric.Metric}, {metric.Unit}" : metric.Metric))} | ours ÷ it |\n");
        text.Append("| --- |").Insert(text.Length, " ---: |", metrics.Length + 1).Append('\n');
        foreach (var subject in figures.Select(static row => row.Subject).Distinct())
        {
            var values = metrics.Select(metric => figures.FirstOrDefault(row => row.Subject == subject && row.Metric == metric.Metric));
            var ratio = all.FirstOrDefault(row => row.Peer == subject && row.Metric == scenario.Main.Name)?.Ratio;
            text.Append(CultureInfo.InvariantCulture, $"| {subject} | {string.Join(" | ", values.Select(static row => row is null ? "" : Text(row.Value)))} | {ratio:F2} |\n");
        }

        foreach (var row in all.Where(static row => row.Pass is not null))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n- {Verdict(row)}");
        }

        text.Append(CultureInfo.InvariantCulture, $"\n\n![{scenario.Title}]({scenario.Name}.svg)\n");
    }

    private static string Text(double value) => value.ToString(Math.Abs(value) switch { < 10 => "0.##", < 100 => "0.#", _ => "0" }, CultureInfo.InvariantCulture);
}
