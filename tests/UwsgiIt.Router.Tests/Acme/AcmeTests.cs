using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using UwsgiIt.Router.Acme;

namespace UwsgiIt.Router.Tests.Acme;

public sealed class AcmeTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void RenewalId_IsThatOfTheStandardsExample()
    {
        // RFC 9773, 4.1.
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=example", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(Convert.FromHexString("69885B6B87464041E1B37B847BA0AE2CDE01C8D4")));
        using var certificate = request.Create(new X500DistinguishedName("CN=issuer"), X509SignatureGenerator.CreateForECDsa(key), Now, Now.AddDays(90), Convert.FromHexString("0087654321"));
        Assert.Equal("aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE", AcmeIssuer.IdOf(certificate));
    }

    [Fact]
    public void Due_AtTwoThirds_OrAsTheAuthoritySays()
    {
        using var certificate = Certificate(Now, Now.AddDays(90));
        Assert.Equal(Now.AddDays(60), AcmeSchedule.DueAt(certificate, new AcmeNameState()));
        Assert.Equal(Now.AddDays(3), AcmeSchedule.DueAt(certificate, new AcmeNameState { RenewAt = Now.AddDays(3) }));

        // Advice beyond the end would be none.
        Assert.Equal(Now.AddDays(60), AcmeSchedule.DueAt(certificate, new AcmeNameState { RenewAt = Now.AddDays(91) }));
        Assert.False(AcmeSchedule.IsWorrying(certificate, Now.AddDays(75), TimeSpan.FromDays(10)));
        Assert.True(AcmeSchedule.IsWorrying(certificate, Now.AddDays(81), TimeSpan.FromDays(10)));
        using var brief = Certificate(Now, Now.AddDays(6));
        Assert.False(AcmeSchedule.IsWorrying(brief, Now.AddDays(4), TimeSpan.FromDays(10)));
    }

    [Fact]
    public void Pauses_Double_WithJitter_AndWaitAsLongAsTheAuthorityAsks()
    {
        var state = new AcmeNameState();
        var pauses = new List<double>();
        for (var i = 0; i < 12; i++)
        {
            state = AcmeSchedule.AfterFailure(state, Now, null, 0.5);
            pauses.Add((state.NextAttempt - Now).TotalMinutes);
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 720, 720], pauses);
        Assert.Equal(12, state.Failures);
        Assert.Equal(45, (AcmeSchedule.AfterFailure(new AcmeNameState(), Now, null, 0).NextAttempt - Now).TotalSeconds);
        Assert.True(AcmeSchedule.AfterFailure(new AcmeNameState(), Now, TimeSpan.FromHours(3), 0).NextAttempt >= Now.AddHours(3));
        Assert.Equal(Now.AddHours(1), AcmeSchedule.Within(Now, Now.AddHours(2), 0.5));
    }

    [Theory]
    [InlineData("www.example.com", true)]
    [InlineData("localhost", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData(".example.com", false)]
    [InlineData("*.example.com", false)]
    [InlineData("a_b.example.com", false)]
    [InlineData("-a.example.com", false)]
    [InlineData("../etc", false)]
    public void Names_ThatNoAuthorityCertifies_AreNotOrdered(string name, bool expected) => Assert.Equal(expected, AcmeNames.IsOrderable(name));

    [Fact]
    public async Task Requests_AreSigned_NoncesRenewed_AndProblemsToldWithTheirPause()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = new FakeAuthority(key);
        using var http = new HttpClient(authority);
        var client = new AcmeClient(http, "https://ca.test/dir", key, TimeProvider.System);
        await client.RegisterAsync(["mailto:a@example.com"], null, CancellationToken.None);
        Assert.Equal("https://ca.test/account/1", client.Account);
        Assert.Equal(3, authority.Refused);
        var limited = await Assert.ThrowsAsync<AcmeException>(() => client.PostAsync("https://ca.test/order", [], CancellationToken.None));
        Assert.Equal(("rateLimited", TimeSpan.FromMinutes(20)), (limited.Type, limited.RetryAfter));
        Assert.Equal("malformed", (await Assert.ThrowsAsync<AcmeException>(() => client.PostAsync("http://ca.test/order", [], CancellationToken.None))).Type);
        Assert.Equal("malformed", (await Assert.ThrowsAsync<AcmeException>(() => client.PostAsync("https://ca.test/junk", [], CancellationToken.None))).Type);
    }

    private static X509Certificate2 Certificate(DateTimeOffset start, DateTimeOffset end)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=example", key, HashAlgorithmName.SHA256).CreateSelfSigned(start, end);
    }

    /// <summary>Checks every signature, refuses the first three nonces, then limits the rate.</summary>
    private sealed class FakeAuthority(ECDsa key) : HttpMessageHandler
    {
        private int _nonce;

        public int Refused { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.AbsolutePath;
            if (path == "/dir")
            {
                return Answer(HttpStatusCode.OK, """{"newNonce":"https://ca.test/nonce","newAccount":"https://ca.test/accounts"}""");
            }

            if (path == "/nonce")
            {
                return Answer(HttpStatusCode.OK, "");
            }

            var message = JsonSerializer.Deserialize<JsonElement>(await request.Content!.ReadAsStringAsync(cancellationToken));
            var (head, payload) = (message.GetProperty("protected").GetString()!, message.GetProperty("payload").GetString()!);
            Assert.True(key.VerifyData(Encoding.ASCII.GetBytes($"{head}.{payload}"), Base64Url.DecodeFromChars(message.GetProperty("signature").GetString()), HashAlgorithmName.SHA256));
            var fields = JsonNode.Parse(Base64Url.DecodeFromChars(head))!;
            Assert.Equal(request.RequestUri.ToString(), fields["url"]!.GetValue<string>());
            if (fields["nonce"]!.GetValue<string>() is "1" or "2" or "3")
            {
                Refused++;
                return Answer(HttpStatusCode.BadRequest, """{"type":"urn:ietf:params:acme:error:badNonce","detail":"stale"}""", "application/problem+json");
            }

            if (path == "/accounts")
            {
                Assert.NotNull(fields["jwk"]);
                var made = Answer(HttpStatusCode.Created, """{"status":"valid"}""");
                made.Headers.Location = new Uri("https://ca.test/account/1");
                return made;
            }

            Assert.Equal("https://ca.test/account/1", fields["kid"]!.GetValue<string>());
            if (path == "/junk")
            {
                return Answer(HttpStatusCode.OK, "{");
            }

            var limited = Answer(HttpStatusCode.TooManyRequests, """{"type":"urn:ietf:params:acme:error:rateLimited","detail":"slow down"}""", "application/problem+json");
            limited.Headers.RetryAfter = new System.Net.Http.Headers.RetryConditionHeaderValue(TimeSpan.FromMinutes(20));
            return limited;
        }

        private HttpResponseMessage Answer(HttpStatusCode status, string text, string type = "application/json")
        {
            var response = new HttpResponseMessage(status) { Content = new StringContent(text, Encoding.UTF8, type) };
            response.Headers.Add("Replay-Nonce", $"{++_nonce}");
            return response;
        }
    }
}
