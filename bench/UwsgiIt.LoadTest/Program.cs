using System.CommandLine;
using System.Globalization;
using System.Net;
using UwsgiIt.LoadTest;

const int UsageError = 64;

var target = new Argument<string>("target") { Description = "ip:port" };
var tlsTarget = new Option<string?>("--tls-target") { Description = "ip:port of the items that a mix wants over TLS" };
var mix = new Option<FileInfo>("--mix")
{
    Description = "JSON file: [{ \"path\": \"/\", \"weight\": 1, \"method\": \"GET\", \"host\": null, \"bodyBytes\": 0, \"protocol\": \"http1|http2|webSocket\", \"tls\": false, \"keepAlive\": true, \"resume\": true }]",
}.AcceptExistingOnly();
var path = new Option<string>("--path") { Description = "the only path, without a mix", DefaultValueFactory = static _ => "/" };
var bodyBytes = new Option<int>("--body") { Description = "bytes of each request's body, or of each WebSocket message, without a mix" };
var host = new Option<string>("--host") { Description = "Host header and SNI", DefaultValueFactory = static _ => "localhost" };
var protocol = new Option<LoadProtocol>("--protocol") { Description = "Http1, Http2 or WebSocket" };
var tls = new Option<bool>("--tls") { Description = "over TLS; any certificate will do" };
var connections = new Option<int>("--connections", "-c") { Description = "connections (Http2: requests under way)", DefaultValueFactory = static _ => 16 };
var rate = new Option<double>("--rate", "-r") { Description = "requests a second, arriving evenly; 0: as fast as answers come" };
var close = new Option<bool>("--close") { Description = "a connection for each request" };
var noResume = new Option<bool>("--no-resume") { Description = "a full TLS handshake on every connection" };
var duration = new Option<double>("--duration", "-d") { Description = "seconds", DefaultValueFactory = static _ => 10 };
var warmUp = new Option<double>("--warm-up") { Description = "seconds before, not counted" };
var json = new Option<bool>("--json") { Description = "the result as one line of JSON" };
var root = new RootCommand("Asks a web server for a mix of things at a constant rate and reports latencies from when each request was due.")
{
    target, tlsTarget, mix, path, bodyBytes, host, protocol, tls, connections, rate, close, noResume, duration, warmUp, json,
};
root.SetAction(async (parsed, cancellationToken) =>
{
    LoadPlan plan;
    try
    {
        plan = new LoadPlan
        {
            Target = Address(parsed.GetValue(target)!),
            TlsTarget = parsed.GetValue(tlsTarget) is { } second ? Address(second) : null,
            Mix = parsed.GetValue(mix) is { } file ? TrafficMix.Load(file.FullName) : new TrafficMix([new TrafficItem(parsed.GetValue(path)!, BodyBytes: parsed.GetValue(bodyBytes), Method: parsed.GetValue(bodyBytes) > 0 ? "POST" : "GET")]),
            Host = parsed.GetValue(host)!,
            Protocol = parsed.GetValue(protocol),
            Tls = parsed.GetValue(tls),
            Connections = Between("--connections", parsed.GetValue(connections), 1, 1_000_000),
            Rate = Between("--rate", parsed.GetValue(rate), 0.0, 10_000_000),
            TlsResume = !parsed.GetValue(noResume),
            KeepAlive = !parsed.GetValue(close),
            Duration = TimeSpan.FromSeconds(Between("--duration", parsed.GetValue(duration), 0.1, 86_400)),
            WarmUp = TimeSpan.FromSeconds(Between("--warm-up", parsed.GetValue(warmUp), 0.0, 86_400)),
        };
    }
    catch (Exception e) when (e is ArgumentException or IOException)
    {
        await Console.Error.WriteLineAsync(e.Message);
        return UsageError;
    }

    var generator = new LoadGenerator(plan);
    var running = generator.RunAsync(cancellationToken);
    if (!Console.IsErrorRedirected)
    {
        await Progress.ShowAsync(generator, plan, running, Console.Error);
    }

    var result = await running;
    Console.WriteLine(parsed.GetValue(json) ? Summary.Json(result) : Summary.Text(result));
    return result.Problem is null && result.Answers > 0 ? 0 : 1;
});
return await root.Parse(args).InvokeAsync();

static IPEndPoint Address(string text) =>
    IPEndPoint.TryParse(text, out var address) && address.Port > 0 ? address : throw new ArgumentException($"{text}: ip:port is wanted, for example 127.0.0.1:8080.");

static T Between<T>(string option, T value, T least, T most)
    where T : IComparable<T> =>
    value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0 ? value : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{option} {value}: {least} to {most} is wanted."));
