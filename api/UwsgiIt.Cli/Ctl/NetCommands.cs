using System.CommandLine;
using System.Text;
using System.Text.Json;

namespace UwsgiIt.Cli.Ctl;

/// <summary><c>uwsgiit ctl net</c>: the containers' network, through the tuntap router's socket.</summary>
internal static class NetCommands
{
    private const string SocketName = "tuntap/admin.sock";

    public static Command Create(Option<string> runtime, Option<bool> json) => new("net", "The containers' network.") { Show(runtime, json), Trace(runtime, json) };

    private static Command Show(Option<string> runtime, Option<bool> json)
    {
        var uid = new Argument<uint?>("uid") { Description = "One container with its rules; 0 is the gateway.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("show", "Traffic, drops by cause, and rules.") { uid };
        command.SetAction((parsed, cancellationToken) => CtlCommand.RunAsync(async () =>
        {
            using var client = new ControlClient(parsed.GetValue(runtime)!, SocketName);
            var one = parsed.GetValue(uid);
            var answer = await client.GetAsync(one is null ? "v1/network" : $"v1/network/{one}", cancellationToken);
            if (one is not null || parsed.GetValue(json))
            {
                CtlCommand.Print(answer, true);
                return;
            }

            Console.WriteLine($"{"UID",-7} {"ADDRESS",-15} {"FROM",14} {"TO",14} {"DROPPED",10} NAME");
            foreach (var item in answer.EnumerateArray())
            {
                var dropped = item.GetProperty("drops").EnumerateObject().Sum(static drop => drop.Value.GetInt64());
                Console.WriteLine($"{item.GetProperty("uid"),-7} {item.GetProperty("v4").GetString(),-15} {item.GetProperty("bytes_from"),14} {item.GetProperty("bytes_to"),14} {dropped,10} {item.GetProperty("name").GetString()}{(item.GetProperty("has_device").GetBoolean() ? "" : " (no device)")}");
            }
        }));
        return command;
    }

    private static Command Trace(Option<string> runtime, Option<bool> json)
    {
        var from = new Option<uint>("--from") { Description = "Uid whose packet it is; 0 (default) for one from outside." };
        var to = new Option<string>("--to") { Description = "Destination address.", Required = true };
        var source = new Option<string?>("--source") { Description = "Source address; the sender's own unless said." };
        var protocol = new Option<string>("--protocol") { Description = "tcp, udp or icmp.", DefaultValueFactory = static _ => "tcp" };
        var port = new Option<int>("--port") { Description = "Destination port.", DefaultValueFactory = static _ => 80 };
        var command = new Command("trace", "Which rules decide about a packet.") { from, to, source, protocol, port };
        command.SetAction((parsed, cancellationToken) => CtlCommand.RunAsync(async () =>
        {
            using var client = new ControlClient(parsed.GetValue(runtime)!, SocketName);
            var question = Question(parsed.GetValue(from), parsed.GetValue(to)!, parsed.GetValue(source), parsed.GetValue(protocol)!, parsed.GetValue(port));
            var answer = await client.PostAsync("v1/network/trace", question, cancellationToken);
            if (parsed.GetValue(json))
            {
                CtlCommand.Print(answer, true);
                return;
            }

            foreach (var rule in answer.GetProperty("rules").EnumerateArray())
            {
                Console.WriteLine(rule.GetString());
            }

            Console.WriteLine($"{answer.GetProperty("verdict").GetString()}{(answer.GetProperty("to").GetString() is { } receiver ? $", to {receiver}" : "")}");
        }));
        return command;
    }

    private static string Question(uint from, string to, string? source, string protocol, int port)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("from", from);
            writer.WriteString("destination", to);
            writer.WriteString("source", source);
            writer.WriteString("protocol", protocol);
            writer.WriteNumber("destination_port", port);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
