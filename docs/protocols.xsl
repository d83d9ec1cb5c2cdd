<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: MIT -->
<!-- Turns a Wayland protocol's XML into the Markdown of docs/protocols.md. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:output method="text" encoding="UTF-8"/>
<xsl:strip-space elements="*"/>

<xsl:template name="paragraphs">
	<xsl:param name="text"/>
	<xsl:variable name="first" select="substring-before(concat($text, '&#10;&#10;'), '&#10;&#10;')"/>
	<xsl:variable name="rest" select="substring-after($text, '&#10;&#10;')"/>
	<xsl:if test="normalize-space($first)">
		<xsl:value-of select="normalize-space($first)"/>
		<xsl:text>&#10;&#10;</xsl:text>
	</xsl:if>
	<xsl:if test="$rest">
		<xsl:call-template name="paragraphs">
			<xsl:with-param name="text" select="$rest"/>
		</xsl:call-template>
	</xsl:if>
</xsl:template>

<xsl:template match="protocol">
	<xsl:text>## Protocol `</xsl:text><xsl:value-of select="@name"/><xsl:text>`&#10;&#10;</xsl:text>
	<xsl:apply-templates select="description | interface"/>
</xsl:template>

<xsl:template match="description">
	<xsl:text>*</xsl:text><xsl:value-of select="@summary"/><xsl:text>.*&#10;&#10;</xsl:text>
	<xsl:call-template name="paragraphs">
		<xsl:with-param name="text" select="."/>
	</xsl:call-template>
</xsl:template>

<xsl:template match="interface">
	<xsl:text>### `</xsl:text><xsl:value-of select="@name"/>
	<xsl:text>`, version </xsl:text><xsl:value-of select="@version"/><xsl:text>&#10;&#10;</xsl:text>
	<xsl:apply-templates select="description | enum | request | event"/>
</xsl:template>

<xsl:template match="enum">
	<xsl:text>#### enum `</xsl:text><xsl:value-of select="@name"/><xsl:text>`&#10;&#10;| name | value | meaning |&#10;|---|---|---|&#10;</xsl:text>
	<xsl:for-each select="entry">
		<xsl:text>| `</xsl:text><xsl:value-of select="@name"/><xsl:text>` | </xsl:text>
		<xsl:value-of select="@value"/><xsl:text> | </xsl:text>
		<xsl:value-of select="@summary"/><xsl:text> |&#10;</xsl:text>
	</xsl:for-each>
	<xsl:text>&#10;</xsl:text>
</xsl:template>

<xsl:template match="request | event">
	<xsl:text>#### </xsl:text><xsl:value-of select="name()"/><xsl:text> `</xsl:text><xsl:value-of select="@name"/><xsl:text>`</xsl:text>
	<xsl:if test="@type = 'destructor'"> (destroys the object)</xsl:if>
	<xsl:text>&#10;&#10;</xsl:text>
	<xsl:apply-templates select="description"/>
	<xsl:if test="arg">
		<xsl:text>| argument | type | meaning |&#10;|---|---|---|&#10;</xsl:text>
		<xsl:for-each select="arg">
			<xsl:text>| `</xsl:text><xsl:value-of select="@name"/><xsl:text>` | </xsl:text>
			<xsl:value-of select="@type"/>
			<xsl:if test="@interface"> `<xsl:value-of select="@interface"/>`</xsl:if>
			<xsl:text> | </xsl:text><xsl:value-of select="@summary"/><xsl:text> |&#10;</xsl:text>
		</xsl:for-each>
		<xsl:text>&#10;</xsl:text>
	</xsl:if>
</xsl:template>
</xsl:stylesheet>
