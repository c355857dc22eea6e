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
    // A hash that fits no password, so that an unknown user costs what a known one does.
    private readonly Lazy<Task<string>> _decoy = new(() => passwords.HashAsync(Convert.ToHexString(RandomNumberGenerator.GetBytes(16)), CancellationToken.None));

    public async Task<Caller?> ByPasswordAsync(string name, string password, string address, bool legacy, CancellationToken cancellationToken)
    {
        throttle.Check(address, name);
        await using var db = factory.CreateForEveryone();
        var user = await db.Users.AsNoTracking().Include(static user => user.Customer).FirstOrDefaultAsync(user => user.Name == name, cancellationToken);
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

        return user is null || !IsActive(user) || (legacy && user.Customer is null or { LegacyLogin: false }) ? null : new Caller { Actor = $"user:{user.Name}", UserId = user.Id, CustomerId = user.CustomerId, Role = user.Role, Scopes = Scopes.All };
    }

    public async Task<Caller?> ByTokenAsync(string text, string address, CancellationToken cancellationToken)
    {
        throttle.Check(address, null);
        var hash = TokenText.HashOf(text);
        await using var db = factory.CreateForEveryone();
        var token = TokenText.IsWellFormed(text) ? await db.Tokens.AsNoTracking().Include(static token => token.User).ThenInclude(static user => user!.Customer).FirstOrDefaultAsync(token => token.Hash == hash, cancellationToken) : null;
        if (token is null || (token.ExpiresUnix is { } expires && expires <= time.GetUtcNow().ToUnixTimeSeconds()) || !IsActive(token.User!))
        {
            throttle.Failed(address, null);
            Log.Failed(logger, address);
            return null;
        }

        tokenUse.Note(token.Id);
        return new Caller { Actor = $"token:{token.Id}", UserId = token.UserId, TokenId = token.Id, CustomerId = token.CustomerId, Role = token.User!.Role, Scopes = ScopeWords.Read(token.Scopes) };
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

    private static bool IsActive(User user) => user.Active && user.Customer is null or { Active: true } && user.Active;

    private static partial class Log
    {
        [LoggerMessage(ApiEventIds.LoginFailed, LogLevel.Debug, "A login from {Address} failed.")]
        public static partial void Failed(ILogger logger, string address);
    }
}
