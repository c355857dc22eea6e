using Microsoft.Extensions.Options;
using UwsgiIt.Api.Authentication;

namespace UwsgiIt.Api.Tests.Authentication;

public sealed class PasswordsTests : IDisposable
{
    private readonly Passwords _passwords = new(Options.Create(new AuthenticationOptions { ArgonMemoryKiB = 64, ArgonPasses = 1 }));

    public void Dispose() => _passwords.Dispose();

    [Fact]
    public async Task Hash_OwnPassword_VerifiesAndAnotherDoesNot()
    {
        var hash = await _passwords.HashAsync("pàss:word", CancellationToken.None);
        Assert.StartsWith("$argon2id$v=19$m=64,t=1,p=1$", hash, StringComparison.Ordinal);
        Assert.NotEqual(hash, await _passwords.HashAsync("pàss:word", CancellationToken.None));
        Assert.True(await _passwords.VerifyAsync("pàss:word", hash, CancellationToken.None));
        Assert.False(await _passwords.VerifyAsync("pàss:worD", hash, CancellationToken.None));
        Assert.False(_passwords.NeedsRehash(hash));
    }

    /// <summary>The published vectors of PBKDF2-HMAC-SHA256, in the form an import has them.</summary>
    [Theory]
    [InlineData("password", "pbkdf2_sha256$1$salt$Ejc8Sgyue0V+VhUpqGh3UhVTTpLdVPcyuOOtTGMjCC4=", false)]
    [InlineData("passwd", "pbkdf2_sha256$1$salt$VawEbjQgnN4FXj6igEkLebzHgGhtmkZ0OQ==", false)]
    public async Task Verify_ImportedHash_IsTakenAndNeedsRehash(string password, string hash, bool valid)
    {
        Assert.Equal(valid, await _passwords.VerifyAsync(password, hash, CancellationToken.None));
        var real = $"pbkdf2_sha256$1000$salt${Convert.ToBase64String(System.Security.Cryptography.Rfc2898DeriveBytes.Pbkdf2(System.Text.Encoding.UTF8.GetBytes(password), "salt"u8.ToArray(), 1000, System.Security.Cryptography.HashAlgorithmName.SHA256, 32))}";
        Assert.True(await _passwords.VerifyAsync(password, real, CancellationToken.None));
        Assert.True(_passwords.NeedsRehash(real));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("$argon2id$v=19$m=99999999,t=1,p=1$AAAA$AAAA")]
    [InlineData("$argon2id$v=19$m=64,t=1,p=1$!$!")]
    [InlineData("$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA==$")]
    [InlineData("pbkdf2_sha256$x$salt$AAAA")]
    [InlineData("pbkdf2_sha256$999999999$salt$AAAA")]
    [InlineData("pbkdf2_sha256$1$salt$")]
    public async Task Verify_MalformedHash_LocksTheLogin(string hash) => Assert.False(await _passwords.VerifyAsync("", hash, CancellationToken.None));

    [Fact]
    public void Throttle_TooManyFailures_RefusesThatAddressOnly()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var throttle = new LoginThrottle(Options.Create(new AuthenticationOptions { FailuresPerMinute = 3 }), time);
        for (var i = 0; i < 3; i++)
        {
            throttle.Check("192.0.2.1", "a");
            throttle.Failed("192.0.2.1", "a");
        }

        Assert.Equal(UwsgiIt.Api.Hosting.FaultKind.TooManyRequests, Assert.Throws<UwsgiIt.Api.Hosting.Fault>(() => throttle.Check("192.0.2.1", "b")).Kind);
        throttle.Check("192.0.2.2", "a");
        time.Advance(TimeSpan.FromMinutes(1));
        throttle.Check("192.0.2.1", "a");
    }
}
