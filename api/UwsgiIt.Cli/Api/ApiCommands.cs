using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace UwsgiIt.Cli.Api;

/// <summary>What is not a verb on a kind of object: first steps, host certificates, the feed, receipts, anything else by path.</summary>
internal static class ApiCommands
{
    public static Command Create(ConnectionOptions connection) => new("api", "First steps, the feed, receipts.") { Init(connection), Certificate(connection), Events(connection), Wait(connection), Call(connection) };

    private static Command Init(ConnectionOptions connection)
    {
        var admin = new Option<string>("--admin") { Description = "Name of the first operator.", DefaultValueFactory = static _ => "admin" };
        var password = new Option<string?>("--password") { Description = "Its password, or @FILE; default a random one, printed once." };
        var server = new Option<string?>("--server") { Description = "Name of the first server." };
        var address = new Option<string>("--address") { Description = "The address it calls from.", DefaultValueFactory = static _ => "127.0.0.1" };
        var memory = new Option<int>("--memory") { Description = "MB it has to give away." };
        var storage = new Option<int>("--storage") { Description = "MB of disk it has to give away." };
        var output = new Option<DirectoryInfo>("--output") { Description = "Folder of host.crt, host.key, authority.crt and the operator's token.", DefaultValueFactory = static _ => new DirectoryInfo("/etc/uwsgiit") };
        var command = new Command("init", "On an empty database: makes the first operator and, with --server, the first server with its client certificate. On the api's host, as root.") { admin, password, server, address, memory, storage, output };
        var inContainer = new InContainerOptions(command);
        command.SetAction((parsed, cancellationToken) => connection.RunAsync(parsed, inContainer.SocketAsync(parsed, cancellationToken), async api =>
        {
            var folder = parsed.GetValue(output)!.FullName;
            var given = parsed.GetValue(password);
            var secret = given is null ? Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(12)).ToLowerInvariant() : given.StartsWith('@') ? (await File.ReadAllTextAsync(given[1..], cancellationToken)).TrimEnd('\n') : given;
            var body = new JsonObject { ["admin"] = parsed.GetValue(admin), ["password"] = secret };
            using var key = HostKey.Make();
            if (parsed.GetValue(server) is { } name)
            {
                (body["server"], body["address"], body["memory"], body["storage"], body["request"]) = (name, parsed.GetValue(address), parsed.GetValue(memory), parsed.GetValue(storage), key.Request(name));
            }

            var (made, _) = await api.SendAsync(HttpMethod.Post, "/v1/bootstrap", body, cancellationToken);
            HostKey.Write(folder, "authority.crt", made!["authority"]!.GetValue<string>(), secret: false);
            HostKey.Write(folder, "operator.token", made["token"]!.GetValue<string>() + "\n", secret: true);
            if (made["certificate"] is { } certificate)
            {
                HostKey.Write(folder, "host.crt", certificate.GetValue<string>(), secret: false);
                HostKey.Write(folder, "host.key", key.PrivatePem, secret: true);
            }

            if (connection.WantsJson(parsed))
            {
                made.AsObject()["password"] = secret;
                Output.Json(made);
                return 0;
            }

            inContainer.Tell(parsed);
            Console.WriteLine($"Operator {parsed.GetValue(admin)}{(given is null ? $" with password {secret}" : "")}; token, authority{(made["certificate"] is null ? "" : ", host certificate and key")} in {folder}.");
            return 0;
        }));
        return command;
    }

    private static Command Certificate(ConnectionOptions connection)
    {
        var id = new Argument<int>("server") { Description = "Id of the server." };
        var output = new Option<DirectoryInfo>("--output") { Description = "Folder of host.crt, host.key and authority.crt.", DefaultValueFactory = static _ => new DirectoryInfo("/etc/uwsgiit") };
        var command = new Command("certificate", "Makes a key and has its certificate signed and bound to a server; the one before is worth nothing from then on.") { id, output };
        command.SetAction((parsed, cancellationToken) => connection.RunAsync(parsed, async api =>
        {
            using var key = HostKey.Make();
            var (issued, _) = await api.SendAsync(HttpMethod.Post, $"/v1/servers/{parsed.GetValue(id).ToString(CultureInfo.InvariantCulture)}/certificate", new JsonObject { ["request"] = key.Request("host") }, cancellationToken);
            var folder = parsed.GetValue(output)!.FullName;
            HostKey.Write(folder, "host.key", key.PrivatePem, secret: true);
            HostKey.Write(folder, "host.crt", issued!["certificate"]!.GetValue<string>(), secret: false);
            HostKey.Write(folder, "authority.crt", issued["authority"]!.GetValue<string>(), secret: false);
            if (connection.WantsJson(parsed))
            {
                Output.Json(issued);
            }

            return 0;
        }));
        return command;
    }

    private static Command Events(ConnectionOptions connection)
    {
        var after = new Option<long?>("--after") { Description = "Begin after this version; default now." };
        var command = new Command("events", "Prints changes as they come, one JSON a line.") { after };
        command.SetAction((parsed, cancellationToken) => connection.RunAsync(parsed, async api =>
        {
            await foreach (var item in api.EventsAsync(parsed.GetValue(after), cancellationToken))
            {
                Console.WriteLine(item);
            }

            return 0;
        }));
        return command;
    }

    private static Command Wait(ConnectionOptions connection)
    {
        var version = new Argument<long>("version");
        var seconds = new Option<int>("--seconds") { Description = "How long at most.", DefaultValueFactory = static _ => 60 };
        var command = new Command("wait", "Waits until a change is live on every host concerned; 75 when it is not.") { version, seconds };
        command.SetAction((parsed, cancellationToken) => connection.RunAsync(parsed, api => KindCommands.WaitAsync(api, parsed.GetValue(version).ToString(CultureInfo.InvariantCulture), parsed.GetValue(seconds), connection.WantsJson(parsed), cancellationToken)));
        return command;
    }

    private static Command Call(ConnectionOptions connection)
    {
        var method = new Argument<string>("method");
        var path = new Argument<string>("path");
        var fields = new Argument<string[]>("fields") { Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("call", "Calls any path of the api, for example: call POST /v1/containers/30001/alarm-key") { method, path, fields };
        command.SetAction((parsed, cancellationToken) => connection.RunAsync(parsed, async api =>
        {
            var given = parsed.GetValue(fields) ?? [];
            var (answer, _) = await api.SendAsync(new HttpMethod(parsed.GetValue(method)!.ToUpperInvariant()), parsed.GetValue(path)!, given.Length == 0 ? null : Fields.Parse(given), cancellationToken);
            if (answer is not null)
            {
                Output.Json(answer);
            }

            return 0;
        }));
        return command;
    }
}
