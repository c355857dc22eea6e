using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using UwsgiIt.Api.Storage;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Api.Tests.Storage;

public sealed class StorageTests
{
    [Fact]
    public void TenantFilter_EveryEntity_IsFilteredOrSaidToBeShared()
    {
        using var db = new SqliteContext(ApiContextFactory.Sqlite("unused.db"), Tenant.Of(7), new Seal(new byte[32]), new WriteGate());
        foreach (var entity in db.Model.GetEntityTypes().Where(static entity => !entity.HasSharedClrType))
        {
            Assert.True(entity.GetDeclaredQueryFilters().Count > 0 != TenantFilter.Shared.Contains(entity.ClrType), $"{entity.ClrType.Name} is neither filtered by customer nor said to be shared");
        }
    }

    /// <summary>A changed entity without a migration would fail at the customer's.</summary>
    [Fact]
    public void Migrations_OfBothProviders_MatchTheModel()
    {
        using var sqlite = new SqliteDesignTime().CreateDbContext([]);
        Assert.False(sqlite.Database.HasPendingModelChanges());
        using var postgres = new PostgresDesignTime().CreateDbContext([]);
        Assert.False(postgres.Database.HasPendingModelChanges());
    }

    [Fact]
    public void Seal_OpensOnlyWithItsKeyAtItsPlace()
    {
        using var directory = new TempDirectory();
        using var seal = Seal.FromFile(directory.File("seal.key"));
        using var again = Seal.FromFile(directory.File("seal.key"));
        using var other = new Seal(new byte[32]);
        var closed = seal.Close("secret", "a.b");
        Assert.DoesNotContain("secret", closed, StringComparison.Ordinal);
        Assert.Equal("secret", again.Open(closed, "a.b"));
        Assert.Throws<CryptographicException>(() => seal.Open(closed, "a.c"));
        Assert.Throws<CryptographicException>(() => other.Open(closed, "a.b"));
        Assert.Throws<CryptographicException>(() => seal.Open("secret", "a.b"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(directory.File("seal.key")));
    }
}
