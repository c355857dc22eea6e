using System.Globalization;
using System.Text.Json.Nodes;

namespace UwsgiIt.Api.FunctionalTests.Legacy;

/// <summary>A customer with one of everything the legacy root knows, and paths to it.</summary>
internal sealed class LegacyWorld
{
    /// <summary>Every route of customers with the methods the contract lists; where a slash is wanted it is there.</summary>
    public static readonly IReadOnlyList<(string Path, string Methods)> Routes =
    [
        ("me", "GET POST"),
        ("me/containers", "GET POST"),
        ("containers", "GET POST"),
        ("containers/{container}", "GET POST"),
        ("containers/{container}/domains", "GET"),
        ("regenerate_secret_uuid/{container}", "POST"),
        ("portmappings/{server}", "GET POST DELETE"),
        ("distros", "GET"),
        ("custom_distros/", "GET"),
        ("custom_distros/{store}", "GET POST"),
        ("custom_distro/{distro}", "GET POST DELETE"),
        ("domains", "GET POST DELETE"),
        ("domains/{domain}", "GET POST DELETE"),
        ("domains/{domain}/containers", "GET"),
        ("tags", "GET POST"),
        ("tags/{tag}", "GET POST DELETE"),
        ("loopboxes", "GET POST"),
        ("loopboxes/{loopbox}", "GET POST DELETE"),
        ("alarms", "GET"),
        ("alarms/{alarm}", "GET DELETE"),
        ("alarms/raise/{container}", "POST"),
        ("alarms/trigger/{container}", "POST"),
        ("alarm_key/{container}", "GET POST"),
        ("metrics/container.cpu/{container}", "GET"),
        ("metrics/domain.hits/{domain}", "GET"),
        ("news", "GET"),
    ];

    private readonly Dictionary<string, string> _places = [];

    private LegacyWorld(TestCustomer customer) => Customer = customer;

    public TestCustomer Customer { get; }

    public HttpClient Client => Customer.Client;

    public int this[string place] => int.Parse(_places[place], CultureInfo.InvariantCulture);

    public static async Task<LegacyWorld> MakeAsync(ApiEnvironment environment)
    {
        var customer = await environment.NewCustomerAsync();
        var world = new LegacyWorld(customer);
        var (client, places) = (customer.Client, world._places);
        var container = await customer.NewContainerAsync(runnable: true);
        var store = await customer.NewContainerAsync("store");
        places["server"] = customer.Server.Address;
        places["container"] = $"{container}";
        places["store"] = $"{store}";
        await world.SendAsync("POST", "containers/{store}", """{"custom_distros_storage": true}""", 200);
        await world.SendAsync("POST", "custom_distros/{store}", """{"name": "own", "path": "own"}""", 201);
        await world.SendAsync("POST", "tags", """{"name": "tag"}""", 201);
        await world.SendAsync("POST", "loopboxes", $$"""{"container": {{container}}, "filename": "f", "mountpoint": "m"}""", 201);
        await world.SendAsync("POST", "portmappings/{server}", $$"""{"proto": "tcp", "public_port": 8080, "private_port": 8000, "container": {{container}}}""", 201);
        await world.SendAsync("POST", "alarms/raise/{container}", "text", 201);
        places["domain"] = $"{(await customer.NewDomainAsync($"{environment.NewName()}.example.org"))["id"]}";
        foreach (var (place, list) in new[] { ("distro", "custom_distros/"), ("tag", "tags"), ("loopbox", "loopboxes"), ("alarm", "alarms"), ("portmap", "portmappings/{server}") })
        {
            places[place] = $"{(await client.GetNodeAsync(world.Path(list)))[0]!["id"]}";
        }

        return world;
    }

    public string Path(string route) => _places.Aggregate("/api/" + route, static (path, place) => path.Replace($"{{{place.Key}}}", place.Value, StringComparison.Ordinal));

    public Task<(int Status, string Body)> SendAsync(string method, string route, string? body = null) => Client.SendAsync(method, Path(route), body);

    public async Task<string> SendAsync(string method, string route, string? body, int expected)
    {
        var (status, text) = await SendAsync(method, route, body);
        Assert.True(status == expected, $"{method} {route} {body}: {status} {text}");
        return text;
    }

    public Task<JsonNode> GetAsync(string route) => Client.GetNodeAsync(Path(route));

    /// <summary>All that the customer can see, as one text.</summary>
    public async Task<string> SnapshotAsync()
    {
        var parts = new List<string>();
        foreach (var (route, methods) in Routes.Where(static route => route.Methods.StartsWith("GET", StringComparison.Ordinal) && !route.Path.StartsWith("alarm_key", StringComparison.Ordinal) && route.Path != "news"))
        {
            parts.Add($"{route}: {await SendAsync("GET", route)}");
        }

        return string.Join('\n', parts);
    }
}
