using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using UwsgiIt.ApiLoad;

// Asks one question: how long do reads and writes of a provisioning api take at a given rate?
//   uwsgiit-apiload SOCKET ADDRESS [CUSTOMERS 1000] [CONTAINERS 10000] [RATE 500] [SECONDS 20] [FEEDS 50]
//   uwsgiit-apiload SOCKET metrics TLSPORT FOLDER [LOOKS 20] [SERIES 12]      on a database that was filled, and lies in FOLDER
//   uwsgiit-apiload SOCKET hosts TLSPORT FOLDER [HOSTS 50]
// SOCKET is the api's local socket, ADDRESS its plain listener. An empty database is filled through the api; one that was filled before is used again.
if (args.Length < 2)
{
    Console.Error.WriteLine("SOCKET ADDRESS [CUSTOMERS] [CONTAINERS] [RATE] [SECONDS] [FEEDS]");
    return 64;
}

int Number(int index, int fallback) => args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : fallback;
var operatorClient = new HttpClient(new SocketsHttpHandler
{
    ConnectCallback = async (_, cancellationToken) =>
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(args[0]), cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    },
})
{ BaseAddress = new Uri("http://localhost"), Timeout = TimeSpan.FromMinutes(2) };

if (args[1] == "metrics")
{
    return await MetricLoad.RunAsync(operatorClient, args[0], Number(2, 8009), args[3], Number(4, 20), Number(5, 12));
}

if (args[1] == "hosts")
{
    return await HostFeedLoad.RunAsync(operatorClient, Number(2, 8009), args[3], Number(4, 50));
}

async Task<JsonNode> PostAsync(HttpClient client, string path, object body)
{
    using var response = await client.PostAsJsonAsync(path, body);
    var text = await response.Content.ReadAsStringAsync();
    return response.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new InvalidOperationException($"{path}: {(int)response.StatusCode} {text}");
}

var (customers, containers, rate, seconds, feeds) = (Number(2, 1000), Number(3, 10_000), Number(4, 500), Number(5, 20), Number(6, 50));
string[] keys = ["ssh-ed25519 AAAA a"];
string[] scopes = ["all"];
var fill = Stopwatch.StartNew();
var tokens = new string[Math.Min(customers, 50)];
using var boot = await operatorClient.PostAsJsonAsync("/v1/bootstrap", new { admin = "load", password = "load", server = "load", address = "127.0.0.1", memory = 2_000_000_000, storage = 2_000_000_000 });
if (boot.StatusCode != HttpStatusCode.Conflict)
{
    boot.EnsureSuccessStatusCode();
    await PostAsync(operatorClient, "/v1/distros", new { name = "d", path = "d" });
    for (var i = 0; i < customers; i++)
    {
        await PostAsync(operatorClient, "/v1/customers", new { name = $"c{i}", password = "x", key_kind = "p-256" });
    }

    for (var i = 0; i < containers; i++)
    {
        await PostAsync(operatorClient, "/v1/containers", new { name = $"web{i}", server = 1, memory = 100, storage = 100, customer = (i % customers) + 1, distro = 1, ssh_keys = keys });
    }

    Console.WriteLine($"filled: {customers} customers, {containers} containers in {fill.Elapsed.TotalSeconds:F0} s, {(customers + containers) / fill.Elapsed.TotalSeconds:F0} writes/s by one client");
}

var clients = new HttpClient[tokens.Length];
for (var i = 0; i < tokens.Length; i++)
{
    var login = new HttpClient { BaseAddress = new Uri(args[1]) };
    login.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"c{i}:x")));
    var token = (await PostAsync(login, "/v1/tokens", new { name = "load", scopes }))["secret"]!.GetValue<string>();
    clients[i] = new HttpClient { BaseAddress = new Uri(args[1]) };
    clients[i].DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
}

// The feed: all open, one change, how long until the last has it.
using var stop = new CancellationTokenSource();
var opened = new CountdownEvent(feeds);
var arrived = new CountdownEvent(feeds);
var watch = new Stopwatch();
_ = Enumerable.Range(0, feeds).Select(async _ =>
{
    using var response = await operatorClient.GetAsync("/v1/events", HttpCompletionOption.ResponseHeadersRead, stop.Token);
    using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(stop.Token));
    while (await reader.ReadLineAsync(stop.Token) is { } line)
    {
        if (line.StartsWith("event: start", StringComparison.Ordinal))
        {
            opened.Signal();
        }
        else if (line.StartsWith("data: {\"version", StringComparison.Ordinal))
        {
            arrived.Signal();
            return;
        }
    }
}).ToArray();
opened.Wait(TimeSpan.FromSeconds(60));
watch.Start();
await PostAsync(operatorClient, "/v1/tags", new { name = $"feed{Guid.NewGuid():N}", customer = 1 });
arrived.Wait(TimeSpan.FromSeconds(60));
Console.WriteLine($"feed: a change reached {feeds - arrived.CurrentCount} of {feeds} followers in {watch.Elapsed.TotalMilliseconds:F0} ms, the write included");
await stop.CancelAsync();

// The mix, at a fixed rate whatever the api does: nine reads to a write.
var (reads, writes) = (new List<double>(), new List<double>());
var failures = 0;
var pending = new List<Task>();
var clock = Stopwatch.StartNew();
var cpu = ApiCpu.Read(args[0]);
for (var i = 0; i < rate * seconds; i++)
{
    var due = TimeSpan.FromSeconds(i / (double)rate);
    if (due > clock.Elapsed + TimeSpan.FromMilliseconds(1))
    {
        await Task.Delay(due - clock.Elapsed);
    }

    pending.Add(OneAsync(i, due));
}

await Task.WhenAll(pending);
Console.WriteLine($"CPU of the api: {(ApiCpu.Read(args[0]) - cpu).TotalMilliseconds / (rate * seconds):F2} ms a request");
Console.WriteLine($"{rate}/s for {seconds} s: {failures} failed; {Describe("read", reads)}; {Describe("write", writes)}");
return failures == 0 ? 0 : 1;

async Task OneAsync(int i, TimeSpan due)
{
    var index = i % clients.Length;
    var uid = 30_001 + index;
    var isWrite = i % 10 == 0;
    try
    {
        using var response = isWrite ? await clients[index].PatchAsJsonAsync($"/v1/containers/{uid}", new { note = $"n{i}" }) : await clients[index].GetAsync((i % 3) switch { 0 => "/v1/containers", 1 => $"/v1/containers/{uid}", _ => "/v1/me" });
        await response.Content.ReadAsByteArrayAsync();
        failures += response.IsSuccessStatusCode ? 0 : 1;
    }
    catch (HttpRequestException)
    {
        Interlocked.Increment(ref failures);
    }

    // From when it was due, so that a stall is counted against everything it held up.
    var milliseconds = (clock.Elapsed - due).TotalMilliseconds;
    lock (reads)
    {
        (isWrite ? writes : reads).Add(milliseconds);
    }
}

static string Describe(string what, List<double> times)
{
    times.Sort();
    return times.Count == 0 ? $"no {what}" : $"{what} p50 {times[times.Count / 2]:F1} ms, p99 {times[(int)(times.Count * 0.99)]:F1} ms, max {times[^1]:F1} ms";
}
