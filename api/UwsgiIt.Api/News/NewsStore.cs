using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.News;

/// <summary>Words from the operator.</summary>
internal sealed class NewsStore(StoreContext context) : Store<NewsItem, NewsView, NewsCreate, NewsPatch>(context)
{
    public override IQueryable<NewsItem> Rows => Db.News;

    public override async Task<NewsItem> CreateAsync(NewsCreate body, CancellationToken cancellationToken)
    {
        var row = new NewsItem { Content = TextRules.Lines("content", body.Content), Public = body.Public ?? false };
        Db.Add(row);
        await Db.SaveChangesAsync(cancellationToken);
        return row;
    }

    public override Task UpdateAsync(NewsItem row, NewsPatch patch, CancellationToken cancellationToken)
    {
        row.Content = TextRules.Lines("content", patch.Content) ?? row.Content;
        row.Public = patch.Public ?? row.Public;
        return Db.SaveChangesAsync(cancellationToken);
    }

    protected override NewsView View(NewsItem row) => new() { Id = row.Id, Revision = row.Revision, Content = row.Content, Public = row.Public, Created = row.CreatedUnix, Modified = row.ModifiedUnix };
}
