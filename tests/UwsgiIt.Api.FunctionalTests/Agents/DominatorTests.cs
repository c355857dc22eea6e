using System.Diagnostics;
using System.Net;
using System.Text.Json;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Api.FunctionalTests.Agents;

/// <summary>The real router follows the real api: keys and certificates come, change and go; the api's absence changes nothing.</summary>
[Collection("sqlite")]
public sealed class DominatorTests(SqliteEnvironment environment)
{
    private const int Deadline = 90;

    [Fact]
    public async Task Router_FollowsTheApi_AndReportsWhatIsLive()
    {
        using var directory = new TempDirectory();
        var customer = await environment.NewCustomerAsync();
        await customer.NewContainerAsync();
        var first = (await customer.NewDomainAsync($"{environment.NewName()}.example.org"))["name"]!.GetValue<string>();
        await EnrolAsync(directory, customer.Server);
        using var router = StartRouter(directory);
        var key = directory.File($"state/domains/{first}.pem");
        await TrueAsync(() => File.Exists(key), $"the key of {first}");
        var before = await File.ReadAllTextAsync(key);

        // A rotated key, a new name and a certificate.
        using var rotated = await customer.Client.PostJsonAsync($"/v1/customers/{customer.Id}/rotate-key?kind=p-256", new { });
        Assert.Equal(HttpStatusCode.OK, rotated.StatusCode);
        var second = (await customer.NewDomainAsync($".{environment.NewName()}.example.org"))["name"]!.GetValue<string>();
        var certificate = TestCertificates.Server(first);
        using var made = await customer.Client.PostJsonAsync("/v1/certificates", new { name = "c", chain = certificate.CertificatePem, private_key = certificate.KeyPem });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var receipt = await customer.Client.GetNodeAsync($"/v1/changes/{made.Headers.GetValues("UwsgiIt-Version").Single()}?wait=60");
        Assert.True(receipt["live"]!.GetValue<bool>(), receipt.ToJsonString());
        Assert.NotEqual(before, await File.ReadAllTextAsync(key));
        Assert.True(File.Exists(directory.File($"state/domains/{second}.pem")));
        Assert.Equal(certificate.KeyPem, await File.ReadAllTextAsync(directory.File($"state/certificates/{first}.key")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(directory.File($"state/certificates/{first}.key")));

        // Gone at the api, gone here; what was not ours stays.
        await File.WriteAllTextAsync(directory.File("state/domains/operators-own.example.org.pem"), "kept");
        using var deleted = await customer.Client.DeleteJsonAsync("/api/domains", new { name = second });
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        await TrueAsync(() => !File.Exists(directory.File($"state/domains/{second}.pem")), "the removal");
        Assert.True(File.Exists(directory.File("state/domains/operators-own.example.org.pem")));
    }

    [Fact]
    public async Task Router_AnswerThatRemovesMuch_IsRefusedUntilConfirmed()
    {
        using var directory = new TempDirectory();
        var customer = await environment.NewCustomerAsync();
        await customer.NewContainerAsync();
        var names = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            names.Add((await customer.NewDomainAsync($"{environment.NewName()}.example.org"))["name"]!.GetValue<string>());
        }

        await EnrolAsync(directory, customer.Server);
        using (StartRouter(directory))
        {
            await TrueAsync(() => names.TrueForAll(name => File.Exists(directory.File($"state/domains/{name}.pem"))), "all keys");
        }

        foreach (var name in names.Skip(1))
        {
            using var deleted = await customer.Client.DeleteJsonAsync("/api/domains", new { name });
        }

        using var again = StartRouter(directory);
        await TrueAsync(() => again.Output.Contains("would remove most names", StringComparison.Ordinal), "the refusal");
        Assert.True(names.TrueForAll(name => File.Exists(directory.File($"state/domains/{name}.pem"))));
        Assert.Equal(204, (await environment.Operator.SendAsync("POST", $"/v1/servers/{customer.Server.Id}/confirm-removal")).Status);
        await TrueAsync(() => !File.Exists(directory.File($"state/domains/{names[1]}.pem")), "the confirmed removal");
        Assert.True(File.Exists(directory.File($"state/domains/{names[0]}.pem")));
    }

    private static async Task TrueAsync(Func<bool> condition, string what)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(Deadline));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            while (!condition())
            {
                await timer.WaitForNextTickAsync(deadline.Token);
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"Not within {Deadline} s: {what}.");
        }
    }

    private async Task EnrolAsync(TempDirectory directory, TestServer server)
    {
        await HostFiles.EnrolAsync(environment.Operator, server.Id, directory);
        await File.WriteAllTextAsync(directory.File("router.json"), JsonSerializer.Serialize(new
        {
            Listener = new { Endpoints = new[] { new { Address = directory.File("http.sock") } } },
            Agent = new { Api = environment.Tls.ToString(), Certificate = directory.File("host.crt"), Key = directory.File("host.key"), Authority = directory.File("authority.crt"), Directory = directory.File("state") },
        }));
    }

    private static RouterProcess StartRouter(TempDirectory directory) => new(directory.File("router.json"));

    private sealed class RouterProcess : IDisposable
    {
        private readonly Process _process;

        public RouterProcess(string configuration)
        {
            _process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "uwsgiit-router.dll"), "--config", configuration]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            _process.OutputDataReceived += (_, line) => Output += line.Data + "\n";
            _process.ErrorDataReceived += (_, line) => Output += line.Data + "\n";
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
        }

        public string Output { get; private set; } = "";

        public void Dispose()
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
