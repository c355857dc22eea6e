using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace UwsgiIt.Cli.Api;

/// <summary><c>uwsgiit KIND list|show|create|set|delete</c> for every kind of object.</summary>
internal static class KindCommands
{
    public static IEnumerable<Command> Create(ConnectionOptions connection)
    {
        foreach (var (kind, columns) in Kinds.All)
        {
            var command = new Command(kind, $"The api's {kind}.") { List(connection, kind, columns) };
            if (!Kinds.ReadOnly.Contains(kind))
            {
                command.Add(Show(connection, kind));
                command.Add(Make(connection, kind));
                command.Add(Set(connection, kind));
                command.Add(Delete(connection, kind));
            }

            yield return command;
        }
    }

    /// <summary>Prints where a change is live, after waiting for it.</summary>
    public static async Task<int> WaitAsync(ApiConnection api, string version, int seconds, bool json, CancellationToken cancellationToken)
    {
        JsonNode? receipt;
        var left = seconds;
        do
        {
            var part = Math.Min(left, 60);
            (receipt, _) = await api.SendAsync(HttpMethod.Get, $"/v1/changes/{version}?wait={part.ToString(CultureInfo.InvariantCulture)}", null, cancellationToken);
            left -= part;
        }
        while (left > 0 && !receipt!["live"]!.GetValue<bool>());
        if (json)
        {
            Output.Json(receipt);
        }
        else
        {
            Output.Table(receipt!["servers"]!.AsArray(), ["name", "agent", "live", "version", "seen"]);
        }

        return receipt!["live"]!.GetValue<bool>() ? 0 : 75;
    }

    private static Command List(ConnectionOptions connection, string kind, string[] columns)
    {
        var filters = new Argument<string[]>("filters") { Description = "name=value, as the api's query.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("list", $"Lists {kind}.") { filters };
        command.SetAction((parsed, cancellationToken) => connection.RunAsync(parsed, async api =>
        {
            var query = string.Join('&', (parsed.GetValue(filters) ?? []).Select(static filter => filter.Split('=', 2) is [var name, var value] ? $"{Uri.EscapeDataString(name)}={Uri.EscapeDataString(value)}" : throw new UsageException($"{filter} is not name=value")));
            var items = await api.ListAsync($"/v1/{kind}{(query.Length > 0 ? "?" + query : "")}", cancellationToken);
            Print(connection.WantsJson(parsed), items, () => Output.Table(items, columns));
            return 0;
        }));
        return command;
    }

    private static Command Show(ConnectionOptions connection, string kind)
    {
        var id = new Argument<long>("id");
        var command = new Command("show", "Shows one.") { id };
        command.SetAction((parsed, cancellationToken) => connection.RunAsync(parsed, async api =>
        {
            var (item, _) = await api.SendAsync(HttpMethod.Get, $"/v1/{kind}/{parsed.GetValue(id).ToString(CultureInfo.InvariantCulture)}", null, cancellationToken);
            Print(connection.WantsJson(parsed), item, () => Output.Details(item!.AsObject()));
            return 0;
        }));
        return command;
    }

    private static Command Make(ConnectionOptions connection, string kind)
    {
        var fields = Fields();
        var (wait, dryRun) = (Wait(), DryRun());
        var command = new Command("create", "Makes one.") { fields, wait, dryRun };
        command.SetAction((parsed, cancellationToken) => connection.RunAsync(parsed, api => WriteAsync(connection, parsed, api, HttpMethod.Post, $"/v1/{kind}", Api.Fields.Parse(parsed.GetValue(fields) ?? []), wait, dryRun, cancellationToken)));
        return command;
    }

    private static Command Set(ConnectionOptions connection, string kind)
    {
        var id = new Argument<long>("id");
        var fields = Fields();
        var (wait, dryRun) = (Wait(), DryRun());
        var command = new Command("set", "Changes one.") { id, fields, wait, dryRun };
        command.SetAction((parsed, cancellationToken) => connection.RunAsync(parsed, api => WriteAsync(connection, parsed, api, HttpMethod.Patch, $"/v1/{kind}/{parsed.GetValue(id).ToString(CultureInfo.InvariantCulture)}", Api.Fields.Parse(parsed.GetValue(fields) ?? []), wait, dryRun, cancellationToken)));
        return command;
    }

    private static Command Delete(ConnectionOptions connection, string kind)
    {
        var id = new Argument<long>("id");
        var (wait, dryRun) = (Wait(), DryRun());
        var command = new Command("delete", "Deletes one.") { id, wait, dryRun };
        command.SetAction((parsed, cancellationToken) => connection.RunAsync(parsed, api => WriteAsync(connection, parsed, api, HttpMethod.Delete, $"/v1/{kind}/{parsed.GetValue(id).ToString(CultureInfo.InvariantCulture)}", null, wait, dryRun, cancellationToken)));
        return command;
    }

    private static async Task<int> WriteAsync(ConnectionOptions connection, ParseResult parsed, ApiConnection api, HttpMethod method, string path, JsonNode? body, Option<int> wait, Option<bool> dryRun, CancellationToken cancellationToken)
    {
        var (answer, version) = await api.SendAsync(method, path + (parsed.GetValue(dryRun) ? "?dry_run=true" : ""), body, cancellationToken);
        if (answer is not null)
        {
            Print(connection.WantsJson(parsed), answer, () => Output.Details(answer.AsObject()));
        }

        return parsed.GetValue(wait) is > 0 and var seconds && version is not null ? await WaitAsync(api, version, seconds, connection.WantsJson(parsed), cancellationToken) : 0;
    }

    private static void Print(bool json, JsonNode? node, Action table)
    {
        if (json)
        {
            Output.Json(node);
        }
        else
        {
            table();
        }
    }

    private static Argument<string[]> Fields() => new("fields") { Description = "name=value; name:=text; name[]=item; name=@FILE.", Arity = ArgumentArity.ZeroOrMore };

    private static Option<int> Wait() => new("--wait") { Description = "Wait so many seconds until the change is live on every host concerned; 75 when it is not." };

    private static Option<bool> DryRun() => new("--dry-run") { Description = "Show what would change and store nothing." };
}
