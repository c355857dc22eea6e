using System.Net;
using System.Net.Sockets;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Api.FunctionalTests;

/// <summary>A socket that a router connects to for strangers gives nobody the rights of the router's process, and failed logins are counted by client.</summary>
public sealed class ProxiedEndpointTests
{
    private const int Failures = 3;

    [Fact]
    public async Task Socket_OfARouter_MakesNobodyAnOperator_AndTellsClientsApart()
    {
        using var directory = new TempDirectory();
        var socket = directory.File("http.sock");
        using var api = await ApiProcess.StartAsync(directory.Path, ApiProcess.FreePort(), new Dictionary<string, string>
        {
            ["Listener:Endpoints:2:Address"] = socket,
            ["Listener:Endpoints:2:Proxied"] = "true",
            ["Authentication:FailuresPerMinute"] = $"{Failures}",
        });
        using var operators = api.Operator();
        Assert.Equal(200, (await operators.SendAsync("GET", "/v1/servers")).Status);
        using var router = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var unix = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await unix.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
                return new NetworkStream(unix, ownsSocket: true);
            },
        })
        { BaseAddress = new Uri("http://localhost") };
        Assert.Equal(401, (await router.SendAsync("GET", "/v1/servers")).Status);

        // The one who guesses is stopped, the one beside is not; what a client wrote itself counts for nothing.
        // Twice as many and one: a minute may end in between.
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i <= 2 * Failures && !answers.Contains(HttpStatusCode.TooManyRequests); i++)
        {
            answers.Add(await LoginAsync(router, $"203.0.113.{i}, 192.0.2.1"));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, answers[0]);
        Assert.Equal(HttpStatusCode.TooManyRequests, answers[^1]);
        Assert.Equal(HttpStatusCode.Unauthorized, await LoginAsync(router, "192.0.2.1, 192.0.2.2"));
    }

    private static async Task<HttpStatusCode> LoginAsync(HttpClient client, string forwardedFor)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/me") { Headers = { { "X-Forwarded-For", forwardedFor }, { "Authorization", "Basic eDp5" } } };
        using var response = await client.SendAsync(request);
        return response.StatusCode;
    }
}
