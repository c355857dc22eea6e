using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace UwsgiIt.Cli.Ctl;

/// <summary><c>uwsgiit ctl</c>: this host's containers, through the daemon's control socket.</summary>
internal static class CtlCommand
{
    private const int Unavailable = 69;

    private static readonly Option<string> Runtime = new("--runtime-directory") { Description = "Where the daemon has its sockets.", DefaultValueFactory = static _ => Environment.GetEnvironmentVariable("UWSGIIT_RUNTIME_DIRECTORY") ?? "/run/uwsgiit", Recursive = true };
    private static readonly Option<bool> Json = new("--json") { Description = "Answer as JSON.", Recursive = true };
    private static readonly Option<bool> Wait = new("--wait", "-w") { Description = "Return once it is so." };

    public static Command Create() => new("ctl", "Containers of this host.")
    {
        Runtime,
        Json,
        Simple("list", "All containers.", ListAsync),
        WithUid("show", "One container, all there is to know.", async (client, uid, parsed, cancellationToken) => Print(await client.GetAsync($"containers/{uid}", cancellationToken), true)),
        Simple("stats", "The daemon, what this host can do, and all containers.", async (client, _, cancellationToken) => Print(await client.GetAsync("stats", cancellationToken), true)),
        Change("start", "Start a container that was stopped.", "running"),
        Change("stop", "Stop a container and keep it stopped.", "stopped"),
        Change("restart", "Stop and start a container.", "running"),
        WithUid("logs", "The end of a container's log.", async (client, uid, parsed, cancellationToken) =>
        {
            await using var log = await client.StreamAsync($"containers/{uid}/log", cancellationToken);
            if (parsed.GetValue(Json))
            {
                using var reader = new StreamReader(log);
                Print(JsonSerializer.SerializeToElement(new JsonObject { ["uid"] = uid, ["log"] = await reader.ReadToEndAsync(cancellationToken) }), true);
                return;
            }

            await log.CopyToAsync(Console.OpenStandardOutput(), cancellationToken);
        }),
        Simple("top", "What containers use, the hungriest first.", TopAsync),
        Events(),
        SessionCommands.Execute(Runtime),
        SessionCommands.Enter(Runtime),
        DistroCommands.Create(),
        NetCommands.Create(Runtime, Json),
    };

    /// <summary>Runs a command's work; what stands in its way is one line and a code.</summary>
    public static async Task<int> RunAsync(Func<Task> work)
    {
        try
        {
            await work();
            return 0;
        }
        catch (Exception e) when (e is IOException or HttpRequestException or JsonException)
        {
            Console.Error.WriteLine($"uwsgiit ctl: {e.InnerException?.Message ?? e.Message}");
            return Unavailable;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }

    private static Command Simple(string name, string description, Func<ControlClient, ParseResult, CancellationToken, Task> action)
    {
        var command = new Command(name, description);
        command.SetAction((parsed, cancellationToken) => RunAsync(async () =>
        {
            using var client = new ControlClient(parsed.GetValue(Runtime)!);
            await action(client, parsed, cancellationToken);
        }));
        return command;
    }

    private static Command WithUid(string name, string description, Func<ControlClient, uint, ParseResult, CancellationToken, Task> action)
    {
        var uid = new Argument<uint>("uid") { Description = "The container's uid." };
        var command = Simple(name, description, (client, parsed, cancellationToken) => action(client, parsed.GetValue(uid), parsed, cancellationToken));
        command.Add(uid);
        return command;
    }

    private static Command Change(string verb, string description, string phase)
    {
        var command = WithUid(verb, description, async (client, uid, parsed, cancellationToken) =>
        {
            var before = verb == "restart" ? ProcessOf(await client.GetAsync($"containers/{uid}", cancellationToken)) : null;
            await client.PostAsync($"containers/{uid}/{verb}", cancellationToken);
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            while (parsed.GetValue(Wait))
            {
                var now = await client.GetAsync($"containers/{uid}", cancellationToken);
                if (now.GetProperty("phase").GetString() == phase && (before is null || ProcessOf(now) != before))
                {
                    break;
                }

                await timer.WaitForNextTickAsync(cancellationToken);
            }

            if (parsed.GetValue(Json))
            {
                Print(await client.GetAsync($"containers/{uid}", cancellationToken), true);
            }
        });
        command.Add(Wait);
        return command;
    }

    private static Command Events()
    {
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with events as they come." };
        var last = new Option<int>("--last", "-n") { Description = "Events to show first.", DefaultValueFactory = static _ => 20 };
        var command = Simple("events", "What happened to containers.", async (client, parsed, cancellationToken) =>
        {
            await using var stream = await client.StreamAsync($"events?last={parsed.GetValue(last)}&follow={(parsed.GetValue(follow) ? "true" : "false")}", cancellationToken);
            using var reader = new StreamReader(stream);
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                Console.WriteLine(parsed.GetValue(Json) ? line : EventLine(line));
            }
        });
        command.Add(follow);
        command.Add(last);
        return command;
    }

    private static string EventLine(string line)
    {
        using var item = JsonDocument.Parse(line);
        return $"{item.RootElement.GetProperty("time").GetDateTimeOffset().UtcDateTime:yyyy-MM-ddTHH:mm:ssZ} {item.RootElement.GetProperty("uid")} {item.RootElement.GetProperty("kind").GetString()} {item.RootElement.GetProperty("detail").GetString()}";
    }

    private static async Task ListAsync(ControlClient client, ParseResult parsed, CancellationToken cancellationToken)
    {
        var containers = await client.GetAsync("containers", cancellationToken);
        if (parsed.GetValue(Json))
        {
            Print(containers, true);
            return;
        }

        Console.WriteLine($"{"UID",-7} {"PHASE",-9} {"PID",-8} {"UPTIME",-10} {"MEMORY",10} NAME");
        foreach (var item in containers.EnumerateArray())
        {
            Console.WriteLine($"{item.GetProperty("uid"),-7} {item.GetProperty("phase").GetString(),-9} {Text(item, "process_id"),-8} {Text(item, "uptime"),-10} {Size(item, "memory"),10} {item.GetProperty("name").GetString()}{(item.TryGetProperty("fault", out var fault) ? $" ({fault.GetString()})" : "")}");
        }
    }

    private static async Task TopAsync(ControlClient client, ParseResult parsed, CancellationToken cancellationToken)
    {
        // Two looks a second apart tell the processor time in between.
        var before = Processor(await client.GetAsync("containers", cancellationToken));
        await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        var containers = await client.GetAsync("containers", cancellationToken);
        if (parsed.GetValue(Json))
        {
            Print(containers, true);
            return;
        }

        var after = Processor(containers);
        Console.WriteLine($"{"UID",-7} {"CPU%",6} {"MEMORY",10} {"LIMIT",10} {"PIDS",5} NAME");
        foreach (var item in containers.EnumerateArray().Where(static item => item.TryGetProperty("usage", out _)).OrderByDescending(item => Share(item, before, after)).ThenByDescending(static item => item.GetProperty("usage").GetProperty("memory").GetInt64()))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{item.GetProperty("uid"),-7} {Share(item, before, after),6:F1} {Size(item, "memory"),10} {Size(item, "memory_limit"),10} {item.GetProperty("usage").GetProperty("pids"),5} {item.GetProperty("name").GetString()}"));
        }
    }

    private static Dictionary<uint, long> Processor(JsonElement containers) =>
        containers.EnumerateArray().Where(static item => item.TryGetProperty("usage", out _)).ToDictionary(static item => item.GetProperty("uid").GetUInt32(), static item => item.GetProperty("usage").GetProperty("cpu_nanoseconds").GetInt64());

    private static double Share(JsonElement item, Dictionary<uint, long> before, Dictionary<uint, long> after)
    {
        var uid = item.GetProperty("uid").GetUInt32();
        return (after[uid] - before.GetValueOrDefault(uid, after[uid])) / 1e7;
    }

    private static int? ProcessOf(JsonElement container) => container.TryGetProperty("process_id", out var id) ? id.GetInt32() : null;

    private static string Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) ? value.ToString() : "-";

    private static string Size(JsonElement item, string name) => item.TryGetProperty("usage", out var usage) ? $"{usage.GetProperty(name).GetInt64() / 1024.0 / 1024:F1}M" : "-";

    internal static void Print(JsonElement value, bool indented)
    {
        using var writer = new Utf8JsonWriter(Console.OpenStandardOutput(), new JsonWriterOptions { Indented = indented });
        value.WriteTo(writer);
        writer.Flush();
        Console.WriteLine();
    }
}
