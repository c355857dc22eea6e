using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Customers;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Authentication;

/// <summary>Logins by password or token. Null means that the credentials are no good; why is nobody's business.</summary>
internal sealed partial class CustomerLogin(ApiContextFactory factory, Passwords passwords, VerifiedCredentials verified, LoginThrottle throttle, TokenUse tokenUse, TimeProvider time, ILogger<CustomerLogin> logger)
{
    // Asked with every request. What the customer keeps sealed is not fetched for it, and what EF would make of these each time is made once.
    private readonly Func<ApiContext, string, Task<LoginUser?>> _user = EF.CompileAsyncQuery((ApiContext db, string name) => db.Users.Where(user => user.Name == name)
        .Select(user => new LoginUser(user.Id, user.Name, user.CustomerId, user.Role, user.PasswordHash, user.Active && (user.CustomerId == null || user.Customer!.Active), user.CustomerId != null && user.Customer!.LegacyLogin)).FirstOrDefault());

    private readonly Func<ApiContext, string, Task<LoginToken?>> _token = EF.CompileAsyncQuery((ApiContext db, string hash) => db.Tokens.Where(token => token.Hash == hash)
        .Select(token => new LoginToken(token.Id, token.UserId, token.CustomerId, token.User!.Role, token.Scopes, token.ExpiresUnix, token.User.Active && (token.User.CustomerId == null || token.User.Customer!.Active))).FirstOrDefault());

    // A hash that fits no password, so that an unknown user costs what a known one does.
    private readonly Lazy<Task<string>> _decoy = new(() => passwords.HashAsync(Convert.ToHexString(RandomNumberGenerator.GetBytes(16)), CancellationToken.None));

    public async Task<Caller?> ByPasswordAsync(string name, string password, string address, bool legacy, CancellationToken cancellationToken)
    {
        throttle.Check(address, name);
        await using var db = factory.CreateForEveryone();
        var user = await _user(db, name);
        var stored = user?.PasswordHash ?? await _decoy.Value;
        if (!verified.Contains(password, stored))
        {
            if (!await passwords.VerifyAsync(password, stored, cancellationToken) || user is null)
            {
                throttle.Failed(address, name);
                Log.Failed(logger, address);
                return null;
            }

            verified.Add(password, stored);
            if (passwords.NeedsRehash(stored))
            {
                var rehashed = await passwords.HashAsync(password, cancellationToken);
                await db.Users.Where(row => row.Id == user.Id && row.PasswordHash == stored).ExecuteUpdateAsync(set => set.SetProperty(static row => row.PasswordHash, rehashed), cancellationToken);
                verified.Add(password, rehashed);
            }
        }

        return user is null or { Active: false } || (legacy && !user.Legacy) ? null : new Caller { Actor = $"user:{user.Name}", UserId = user.Id, CustomerId = user.CustomerId, Role = user.Role, Scopes = Scopes.All };
    }

    public async Task<Caller?> ByTokenAsync(string text, string address)
    {
        throttle.Check(address, null);
        var hash = TokenText.HashOf(text);
        await using var db = factory.CreateForEveryone();
        var token = TokenText.IsWellFormed(text) ? await _token(db, hash) : null;
        if (token is null or { Active: false } || (token.ExpiresUnix is { } expires && expires <= time.GetUtcNow().ToUnixTimeSeconds()))
        {
            throttle.Failed(address, null);
            Log.Failed(logger, address);
            return null;
        }

        tokenUse.Note(token.Id);
        return new Caller { Actor = $"token:{token.Id}", UserId = token.UserId, TokenId = token.Id, CustomerId = token.CustomerId, Role = token.Role, Scopes = ScopeWords.Read(token.Scopes) };
    }

    public async Task<Caller?> ByAlarmKeyAsync(string key, int containerId, string address, CancellationToken cancellationToken)
    {
        throttle.Check(address, null);
        await using var db = factory.CreateForEveryone();
        var found = await db.Containers.AsNoTracking().Where(container => container.Id == containerId).Select(static container => new { container.AlarmKeyHash, container.CustomerId }).FirstOrDefaultAsync(cancellationToken);
        if (found?.AlarmKeyHash is { } stored && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(stored), Encoding.ASCII.GetBytes(TokenText.HashOf(key))))
        {
            return new Caller { Actor = $"alarm-key:{containerId}", CustomerId = found.CustomerId, AlarmContainerId = containerId, Scopes = Scopes.AlarmsWrite, Role = UserRole.Member };
        }

        throttle.Failed(address, null);
        return null;
    }

    private sealed record LoginUser(int Id, string Name, int? CustomerId, UserRole Role, string? PasswordHash, bool Active, bool Legacy);

    private sealed record LoginToken(int Id, int UserId, int? CustomerId, UserRole Role, string Scopes, long? ExpiresUnix, bool Active);

    private static partial class Log
    {
        [LoggerMessage(ApiEventIds.LoginFailed, LogLevel.Debug, "A login from {Address} failed.")]
        public static partial void Failed(ILogger logger, string address);
    }
}
