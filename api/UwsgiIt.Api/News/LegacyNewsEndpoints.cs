using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Legacy;

namespace UwsgiIt.Api.News;

/// <summary><c>news</c>: the newest ten.</summary>
internal static class LegacyNewsEndpoints
{
    private const int Count = 10;

    public static void Map(LegacyRoutes routes) => routes.Map("news", SlashRule.Either, Surface.Optional, ListAsync);

    private static async Task<LegacyAnswer> ListAsync(LegacyRequest request)
    {
        var anonymous = request.Caller.UserId is null;
        var rows = await request.Db.News.AsNoTracking().Where(row => row.Public || !anonymous).OrderByDescending(static row => row.CreatedUnix).ThenByDescending(static row => row.Id).Take(Count).ToListAsync(request.Aborted);
        return LegacyAnswer.List(rows, static row => new JsonObject { ["content"] = row.Content, ["date"] = row.CreatedUnix });
    }
}
