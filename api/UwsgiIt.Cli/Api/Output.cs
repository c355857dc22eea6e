using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace UwsgiIt.Cli.Api;

/// <summary>Tables for people, JSON for programs.</summary>
internal static class Output
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Json(JsonNode? node) => Console.WriteLine(node?.ToJsonString(Indented) ?? "null");

    public static void Table(JsonArray items, IReadOnlyList<string> columns)
    {
        var table = new Table().Border(TableBorder.Minimal);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(Markup.Escape(column)).NoWrap());
        }

        foreach (var item in items)
        {
            table.AddRow([.. columns.Select(column => new Text(Cell(item![column])))]);
        }

        Write(table);
    }

    public static void Details(JsonObject item)
    {
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumn("name").AddColumn("value");
        foreach (var (name, value) in item)
        {
            table.AddRow(new Text(name), new Text(Cell(value)));
        }

        Write(table);
    }

    private static void Write(Table table)
    {
        // Into a pipe nothing is cut off.
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = 10_000;
        }

        AnsiConsole.Write(table);
    }

    // What the api says may hold control characters of customers'; a terminal must not obey them.
    private static string Cell(JsonNode? value) => string.Concat((value switch
    {
        null => "",
        JsonArray list => string.Join(", ", list.Select(static item => item?.ToString())),
        _ => value.ToString(),
    }).Select(static letter => char.IsControl(letter) && letter != '\n' ? '?' : letter));
}
